// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/grid_progress.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::run {

namespace {

double angleOf(const schedule::NoiseLevel& level)
{
    return std::atan2(level.sigma, level.alpha);
}

}  // namespace

std::function<double(const schedule::NoiseLevel&)> progressOn(const schedule::TimeGrid& grid)
{
    std::vector<double> angles;
    for (const schedule::NoiseLevel& level : grid.levels)
        angles.push_back(angleOf(level));
    // Grids of inversion rise.
    const double sign = angles.front() >= angles.back() ? -1 : 1;
    for (double& angle : angles)
        angle *= sign;
    return [angles = std::move(angles), sign](const schedule::NoiseLevel& level) {
        const double angle = sign * angleOf(level);
        const auto after = std::upper_bound(angles.begin(), angles.end(), angle);
        if (after == angles.begin())
            return 0.0;
        if (after == angles.end())
            return 1.0;
        const double before = *(after - 1);
        const double position = double(after - 1 - angles.begin()) + (angle - before) / (*after - before);
        return position / double(angles.size() - 1);
    };
}

}  // namespace diffuscope::run
