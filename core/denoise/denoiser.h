// SPDX-License-Identifier: GPL-3.0-or-later
// The one contract between networks, oracles, guidance and samplers: x at a level in, x0Hat and epsHat out.
#pragma once

#include "core/recipe/condition.h"
#include "core/schedule/noise_level.h"

#include <torch/types.h>

#include <limits>

namespace diffuscope::denoise {

using torch::Tensor;

/// What a denoiser says of a state. All tensors have the shape and type of the state x.
struct Prediction
{
    Tensor x0Hat;   ///< estimate of the clean data
    Tensor epsHat;  ///< estimate of the noise in x
    /// Under guidance: what the network says without the condition, and with it. Undefined tensors otherwise.
    Tensor x0HatUnconditional{};
    Tensor x0HatConditional{};
    /// Of a network that predicts its variance too: f in [0, 1], where 0 is the posterior variance and 1 is
    /// beta (Nichol & Dhariwal 2021, eq. 15). Undefined otherwise.
    Tensor varianceFraction{};
    /// x = alpha·x0Hat + sigma·epsHat holds. Not so where x0Hat was clipped with the noise left as predicted,
    /// and where guidance takes the two from different predictions (CFG++).
    bool isConsistent = true;
    /// w where x0Hat is clamp(u + w·(c − u), −x0Limit, x0Limit) of the two above, otherwise 0.
    double guidanceScale = 0;
    double x0Limit = std::numeric_limits<double>::infinity();
};

/// Estimates the clean data and the noise in a state. Not thread-safe: one thread uses one denoiser.
class Denoiser
{
public:
    virtual ~Denoiser() = default;

    /// x: [B, …] at `level` (x = alpha·x0 + sigma·eps). `condition` applies to image k of the batch as
    /// `condition.classOf(k)`. Throws Error(notFinite) where the network returns NaN or infinity.
    virtual Prediction predict(const Tensor& x, const schedule::NoiseLevel& level,
                               const recipe::Condition& condition) = 0;
};

}  // namespace diffuscope::denoise
