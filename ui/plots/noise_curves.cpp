// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/noise_curves.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace diffuscope::ui {

using schedule::NoiseLevel;
using schedule::NoiseSchedule;

double betaAt(const NoiseSchedule& schedule, double t)
{
    const double inside = std::clamp(t, 0.0, double(schedule.levels() - 1));
    const int below = int(std::floor(inside));
    const int above = std::min(below + 1, schedule.levels() - 1);
    return std::lerp(schedule.beta(below), schedule.beta(above), inside - below);
}

double curveValue(CurveSet set, int curve, const NoiseSchedule& schedule, const NoiseLevel& level)
{
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    double value = none;
    switch (set) {
        case CurveSet::beta:
            value = level.isClean() ? none : betaAt(schedule, level.t);
            break;
        case CurveSet::alphaBar:
            value = level.alphaBar();
            break;
        case CurveSet::coefficients:
            value = curve == 0 ? level.alpha : level.sigma;
            break;
        case CurveSet::snr:
            value = level.snr();
            break;
        case CurveSet::noiseToSignal:
            value = level.noiseToSignal();
            break;
    }
    return std::isfinite(value) ? value : none;
}

std::vector<double> curveValues(CurveSet set, int curve, const NoiseSchedule& schedule)
{
    std::vector<double> values(std::size_t(schedule.levels()));
    for (int t = 0; t < schedule.levels(); ++t)
        values[std::size_t(t)] = curveValue(set, curve, schedule, schedule.level(t));
    return values;
}

std::vector<double> visitedTimes(const schedule::TimeGrid& grid)
{
    std::vector<double> times;
    for (const NoiseLevel& level : grid.levels)
        if (!level.isClean())
            times.push_back(level.t);
    return times;
}

}  // namespace diffuscope::ui
