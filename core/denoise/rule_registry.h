// SPDX-License-Identifier: GPL-3.0-or-later
// The rules of guidance and clipping by name: what panels, command lines and listings choose from. No torch
// in here.
#pragma once

#include "core/base/option.h"

#include <string>
#include <vector>

namespace diffuscope::denoise {

/// One rule of guidance or clipping as it is offered: names, options, and two sentences.
struct RuleInfo
{
    std::string id;
    std::string displayName;
    std::string description;
    std::vector<base::Option> options;
};

/// Every rule of guidance, in the order in which they are shown.
const std::vector<RuleInfo>& guidanceRules();
/// Every rule of clipping: none; fixed (to [−limit, limit]); dynamic (Saharia 2022: percentile, maximum).
const std::vector<RuleInfo>& clippingRules();

/// The rule of this id; throws Error(invalidOption) that names the ones there are.
const RuleInfo& guidanceRule(const std::string& id);
const RuleInfo& clippingRule(const std::string& id);

}  // namespace diffuscope::denoise
