// SPDX-License-Identifier: GPL-3.0-or-later
// One step of a single-step exponential solver from the predictions made inside it (Lu et al. 2022 and
// 2022b).
#pragma once

#include "core/samplers/sampler.h"

#include <vector>

namespace diffuscope::samplers {

/// What a single-step solver extrapolates: the noise (DPM-Solver), the clean image (DPM-Solver++), or the
/// clean image on the reverse SDE (SDE-DPM-Solver++: the mean; the noise is left to the caller).
enum class Extrapolated { noise, image, imageSde };

/// A prediction made inside a step, with its level.
struct StagePrediction
{
    NoiseLevel level;
    Prediction prediction;
};

/// The state at `target` from the state x at stages[0].level. The number of stages (1 to 3) is the order; for
/// order 2 and 3 the midpoint variant uses the last stage's difference alone, the Heun variant all of them.
/// `curvatureOffset` is added to phi_3.
Tensor singlestepUpdate(Extrapolated extrapolated, bool heun, const Tensor& x,
                        const std::vector<StagePrediction>& stages, const NoiseLevel& target,
                        double curvatureOffset = 0);

}  // namespace diffuscope::samplers
