// SPDX-License-Identifier: GPL-3.0-or-later
// What a network may be trained to output, described for listings and panels. No torch in here.
#pragma once

#include "core/denoise/rule_registry.h"

#include <vector>

namespace diffuscope::denoise {

/// Every prediction target (see PredictionTarget) with its name, its formula and when to take it; none has
/// options.
const std::vector<RuleInfo>& targetInfos();

}  // namespace diffuscope::denoise
