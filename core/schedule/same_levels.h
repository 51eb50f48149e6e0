// SPDX-License-Identifier: GPL-3.0-or-later
// Whether two schedules are one, whatever they are called.
#pragma once

#include "core/schedule/noise_schedule.h"

namespace diffuscope::schedule {

/// Whether two schedules have the same levels.
inline bool haveSameLevels(const NoiseSchedule& a, const NoiseSchedule& b)
{
    if (a.levels() != b.levels())
        return false;
    for (int t = 0; t < a.levels(); ++t)
        if (a.level(t) != b.level(t))
            return false;
    return true;
}

}  // namespace diffuscope::schedule
