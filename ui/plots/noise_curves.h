// SPDX-License-Identifier: GPL-3.0-or-later
// The curves of a noise schedule over training time, and where a time grid visits them. Numbers only, no
// widget.
#pragma once

#include "core/schedule/time_grid.h"

#include <vector>

namespace diffuscope::ui {

/// What the curves dock shows together.
enum class CurveSet {
    beta,      ///< β_t
    alphaBar,  ///< ᾱ_t
    coefficients,  ///< the factors of data and noise, √ᾱ_t and √(1−ᾱ_t) for variance-preserving schedules
    snr,           ///< ᾱ_t/(1−ᾱ_t), logarithmic
    noiseToSignal,  ///< σ_t/α_t, logarithmic
};

/// Shown on a logarithmic axis.
constexpr bool isLogarithmic(CurveSet set)
{
    return set == CurveSet::snr || set == CurveSet::noiseToSignal;
}

/// How many curves a set holds.
constexpr int curveCount(CurveSet set)
{
    return set == CurveSet::coefficients ? 2 : 1;
}

/// beta at a time in [0, T−1], linear between the training levels.
double betaAt(const schedule::NoiseSchedule& schedule, double t);

/// Curve 0 … curveCount − 1 of the set at a level; NaN where it has no finite value (σ/α without signal, SNR
/// without noise), and for β at the clean level, which has none.
double curveValue(CurveSet set, int curve, const schedule::NoiseSchedule& schedule,
                  const schedule::NoiseLevel& level);

/// The curve's values at t = 0 … T−1.
std::vector<double> curveValues(CurveSet set, int curve, const schedule::NoiseSchedule& schedule);

/// The times a grid visits, noisy → clean, without the clean level, which is no time of the schedule.
std::vector<double> visitedTimes(const schedule::TimeGrid& grid);

}  // namespace diffuscope::ui
