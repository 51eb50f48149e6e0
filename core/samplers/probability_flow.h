// SPDX-License-Identifier: GPL-3.0-or-later
// Moving a state along the noise it holds: the probability-flow ODE in sigma/alpha, dy/dk = eps with y =
// x/alpha and k = sigma/alpha (Song 2021, DDIM, eq. 14; Karras 2022, eq. 1).
#pragma once

#include "core/samplers/sampler.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::samplers {

/// One Euler step from the level `from` to the level `to` along `eps`: y' = y + (k' − k)·eps, written in x.
/// Needs alpha > 0 at `from`.
inline Tensor movedAlong(const Tensor& eps, const Tensor& x, const NoiseLevel& from, const NoiseLevel& to)
{
    return (to.alpha / from.alpha) * x + (to.sigma - to.alpha * from.noiseToSignal()) * eps;
}

/// An ancestral step to k' = sigma'/alpha' as a deterministic step to `down` and fresh noise of deviation
/// `up` (k-diffusion; Karras 2022 notation): up = eta·k'·sqrt(1 − (k'/k)²), down² = k'² − up². k may be
/// infinite.
struct AncestralSplit
{
    double down;
    double up;
};

inline AncestralSplit ancestralSplit(double k, double next, double eta)
{
    if (std::isinf(k))
        return {next * std::sqrt((1 - eta) * (1 + eta)), eta * next};
    // In the order of k-diffusion: far down from a high k the difference k'² − up² cancels, and trajectories
    // agree to nine digits only where it cancels alike.
    const double next2 = next * next;
    const double up = std::min(next, eta * std::sqrt(std::max(0.0, next2 * (k * k - next2) / (k * k))));
    return {std::sqrt(std::max(0.0, next2 - up * up)), up};
}

}  // namespace diffuscope::samplers
