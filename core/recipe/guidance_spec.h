// SPDX-License-Identifier: GPL-3.0-or-later
// How conditional and unconditional predictions combine, as a plain value.
#pragma once

#include "core/base/option.h"

#include <string>

namespace diffuscope::recipe {

/// Guidance of a recipe. `scale` is w in u + w·(c − u): 0 is unconditional, 1 is the plain conditional
/// prediction (no unconditional evaluation is spent), larger follows the condition harder. Ho & Salimans
/// write w' = w − 1.
struct GuidanceSpec
{
    std::string rule = "cfg";
    double scale = 1.0;
    base::OptionValues options{};
    bool operator==(const GuidanceSpec&) const = default;
};

/// How x0Hat is kept in the range of the data.
struct ClippingSpec
{
    std::string rule = "fixed";  ///< "none", "fixed", "dynamic"
    base::OptionValues options{};
    bool operator==(const ClippingSpec&) const = default;
};

}  // namespace diffuscope::recipe
