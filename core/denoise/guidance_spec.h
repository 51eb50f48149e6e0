// How conditional and unconditional predictions combine, as a plain value.
#pragma once

#include "core/registry/option.h"

#include <string>
#include <vector>

namespace diffuscope::denoise {

/// Guidance of a recipe. `scale` is w in u + w·(c − u): 0 is unconditional, 1 is the plain conditional
/// prediction (no unconditional evaluation is spent), larger follows the condition harder. Ho & Salimans
/// write w' = w − 1.
struct GuidanceSpec
{
    std::string rule = "cfg";
    double scale = 1.0;
    registry::OptionValues options{};
    bool operator==(const GuidanceSpec&) const = default;
};

/// How x0Hat is kept in the range of the data.
struct ClippingSpec
{
    std::string rule = "fixed";  ///< "none", "fixed", "dynamic"
    registry::OptionValues options{};
    bool operator==(const ClippingSpec&) const = default;
};

/// One rule of guidance or clipping as it is offered: names, options, and two sentences.
struct RuleInfo
{
    std::string id;
    std::string displayName;
    std::string description;
    std::vector<registry::Option> options;
};

/// Every rule of guidance, in the order in which they are shown.
const std::vector<RuleInfo>& guidanceRules();
/// Every rule of clipping: none; fixed (to [−limit, limit]); dynamic (Saharia 2022: percentile, maximum).
const std::vector<RuleInfo>& clippingRules();

/// The rule of this id; throws Error(invalidOption) that names the ones there are.
const RuleInfo& guidanceRule(const std::string& id);
const RuleInfo& clippingRule(const std::string& id);

}  // namespace diffuscope::denoise
