// SPDX-License-Identifier: GPL-3.0-or-later
// Where other programs land with a step that counts in training times: t − T/N, whatever the grid says.
#pragma once

#include "core/samplers/sampler.h"

#include <algorithm>

namespace diffuscope::samplers {

/// T/N cut to whole, N the steps that were asked for: an extra entry at a time below 0 is none of them.
inline int stride(const schedule::TimeGrid& grid, const schedule::NoiseSchedule& schedule)
{
    const auto extra = std::count_if(grid.levels.begin(), grid.levels.end(),
                                     [](const NoiseLevel& level) { return level.t < 0; });
    return schedule.levels() / std::max(1, grid.steps() - int(extra));
}

/// The level at time t − T/N; the grid's last level below time 0.
inline NoiseLevel strideBefore(const StepContext& step)
{
    const double previous = step.level.t - stride(step.grid, step.schedule);
    return previous < 0 ? step.grid.levels.back() : step.schedule.levelAt(previous);
}

}  // namespace diffuscope::samplers
