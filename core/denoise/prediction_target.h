// SPDX-License-Identifier: GPL-3.0-or-later
// What a network was trained to output, by name.
#pragma once

#include <string>
#include <vector>

namespace diffuscope::denoise {

/// eps: the added noise (Ho 2020); x0: the clean image; v: alpha·eps − sigma·x0 (Salimans & Ho 2022);
/// flow: the velocity eps − x0 of rectified flow (Liu 2022, Lipman 2022);
/// edm: the preconditioned output F of Karras et al. 2022, eq. 7, for data of standard deviation 0.5.
enum class PredictionTarget { eps, x0, v, flow, edm };

/// Every target, in the order in which they are shown.
const std::vector<PredictionTarget>& predictionTargets();

/// "eps", "x0", "v", "flow", "edm".
std::string toString(PredictionTarget target);

/// From the names above; throws Error(invalidOption) that lists them.
PredictionTarget predictionTarget(const std::string& name);

}  // namespace diffuscope::denoise
