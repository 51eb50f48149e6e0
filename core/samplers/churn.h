// SPDX-License-Identifier: GPL-3.0-or-later
// Raising the noise of a state a little before a step: Karras et al. 2022, algorithm 2, lines 4 to 6.
#pragma once

#include "core/samplers/sampler.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::samplers {

/// How much noise is added and removed again, and between which sigma/alpha.
struct Churn
{
    double amount = 0;  ///< S_churn
    double from = 0;    ///< S_tmin
    double to = 0;      ///< S_tmax, 0 for no limit
    double noise = 1;   ///< S_noise

    /// gamma_i of algorithm 2 at sigma/alpha = k.
    double gamma(double k, int steps) const
    {
        const bool inside = k >= from && (to == 0 || k <= to) && std::isfinite(k);
        return inside ? std::min(amount / steps, std::sqrt(2.0) - 1) : 0;
    }
};

struct ChurnedState
{
    Tensor x;
    NoiseLevel level;
};

/// The state at the raised level k^ = k + gamma·k: y^ = y + S_noise·sqrt(k^² − k²)·z (lines 5 and 6).
inline ChurnedState churned(const Churn& churn, const Tensor& x, const StepContext& step)
{
    const double k = step.level.noiseToSignal();
    const double gamma = churn.gamma(k, step.steps());
    if (gamma == 0)
        return {x, step.level};
    const double raised = k * (1 + gamma);
    const NoiseLevel level = step.schedule.levelOfNoiseToSignal(raised);
    const double added = churn.noise * std::sqrt(raised * raised - k * k);
    return {(level.alpha / step.level.alpha) * x + level.alpha * added * step.noise(), level};
}

inline std::vector<base::Option> churnOptions()
{
    using base::Option;
    return {
        Option::number("churn", "S churn", 0, 0, 1000,
                       "How much noise is added and removed again over the whole run; 0 is deterministic.",
                       2),
        Option::number("churn_from", "S tmin", 0, 0, 1e6, "Noise is added only at or above this sigma/alpha.",
                       3),
        Option::number("churn_to", "S tmax", 0, 0, 1e6,
                       "Noise is added only at or below this sigma/alpha; 0 sets no limit.", 3),
        Option::number(
            "churn_noise", "S noise", 1, 0.5, 1.5,
            "Factor of the added noise; slightly above 1 makes up for detail that the network loses.", 3)};
}

/// From completed options; throws Error(invalidOption) where churn_from lies above churn_to.
Churn churnFrom(const std::string& sampler, const base::OptionValues& values);

}  // namespace diffuscope::samplers
