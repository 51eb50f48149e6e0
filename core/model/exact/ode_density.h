// SPDX-License-Identifier: GPL-3.0-or-later
// log p of a point by the probability-flow ODE, beside the exact one: what a likelihood by a network would
// be.
#pragma once

#include "core/model/exact/exact_field.h"
#include "core/schedule/noise_schedule.h"

namespace diffuscope::model {

/// What the ODE says of one point.
struct OdeDensity
{
    double logDensity = 0;         ///< at the starting level, by the ODE
    double exact = 0;              ///< the same in closed form
    std::array<double, 2> end{};   ///< where the point arrives at the noisy end
    double logPrior = 0;           ///< log N(end; 0, I) there
    double logVolume = 0;          ///< log of how much the flow grows a volume on the way
    std::array<double, 2> back{};  ///< the point after the way back: the round trip of an inversion
};

/// Follows dy/dk = (y − x0Hat)/k of y = x/alpha over k = sigma/alpha (Karras et al. 2022, eq. 1) from the
/// level `from` to the schedule's last level in `steps` steps of Runge and Kutta's fourth order, equal in log
/// k, with the divergence of the exact field, and comes back. log p(x) = log N(end) + logVolume (Chen et al.
/// 2018, Neural ODE, eq. 8). The prior is N(0, I) where the schedule preserves variance, so the schedule's
/// last level, which is not quite that, costs its share. Throws Error(invalidOption) for a level without
/// noise or steps below 1.
OdeDensity odeDensity(const ExactField& field, const schedule::NoiseSchedule& schedule,
                      const schedule::NoiseLevel& from, std::span<const double> point, int steps = 400,
                      int label = -1);

}  // namespace diffuscope::model
