// SPDX-License-Identifier: GPL-3.0-or-later
// The Gaussian transition between two noise levels, common to all samplers that draw noise.
#pragma once

#include "core/schedule/noise_level.h"

#include <algorithm>

namespace diffuscope::samplers {

/// alpha_{t|s} = alpha_t/alpha_s of the noising step from the cleaner level s to the noisier level t
/// (Kingma 2021, eq. 2).
inline double alphaRatio(const schedule::NoiseLevel& t, const schedule::NoiseLevel& s)
{
    return t.alpha / s.alpha;
}

/// sigma²_{t|s} = sigma_t² − alpha²_{t|s}·sigma_s² (Kingma 2021, eq. 2); beta_t where s is the level before
/// t.
inline double forwardVariance(const schedule::NoiseLevel& t, const schedule::NoiseLevel& s)
{
    const double ratio = alphaRatio(t, s);
    return std::max(0.0, t.sigma * t.sigma - ratio * ratio * s.sigma * s.sigma);
}

/// Variance of x_s given x_t and x0 (Ho 2020, eq. 7: beta~_t); 0 where s is clean.
inline double posteriorVariance(const schedule::NoiseLevel& t, const schedule::NoiseLevel& s)
{
    return t.sigma == 0 ? 0.0 : forwardVariance(t, s) * (s.sigma * s.sigma) / (t.sigma * t.sigma);
}

}  // namespace diffuscope::samplers
