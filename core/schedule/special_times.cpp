// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/schedule/grid_rules.h"
#include "core/schedule/schedule_families.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::schedule {

namespace {

using base::integer;
using base::number;
using base::Option;
using base::OptionValues;

/// The grid through these times and the end that the option `final` asks for.
TimeGrid throughTimes(const std::vector<double>& times, const NoiseSchedule& schedule,
                      const OptionValues& values)
{
    TimeGrid grid;
    for (const double time : times)
        grid.levels.push_back(schedule.levelAt(time));
    grid.levels.push_back(base::text(values, "final") == "clean" ? NoiseLevel{0, 1, 0} : schedule.level(0));
    return grid;
}

/// int(linspace(0, √(reach·T), N)²), reversed (Song et al. 2021, DDIM, appendix D.2).
TimeGrid quadratic(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const bool fractional = base::toggle(values, "fractional");
    if (!fractional)
        checkSteps(steps, schedule.levels());
    const double highest = std::sqrt(number(values, "reach") * schedule.levels());
    std::vector<double> exact;
    std::vector<double> whole;
    for (const double root : linspace(highest, 0, steps)) {
        exact.push_back(std::min(root * root, schedule.levels() - 1.0));
        whole.push_back(std::floor(exact.back()));
    }
    return throughTimes(wholeUnlessRepeated(whole, exact, fractional), schedule, values);
}

/// k·(1 … M) − 1 with k = T // M, reversed, of which floor(linspace(0, M, N, endpoint = false)) are taken
/// (Luo et al. 2023, "Latent consistency models", section 4.3).
TimeGrid studentTimes(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const int original = integer(values, "original_steps");
    if (original > schedule.levels())
        throw Error(ErrorCode::invalidOption,
                    "The option \"original_steps\" of grid LCM / TCD is " + std::to_string(original) +
                        ", but this schedule has " + std::to_string(schedule.levels()) + " levels.",
                    "Set \"original_steps\" from 1 to " + std::to_string(schedule.levels()) + ".");
    if (steps > original)
        throw Error(ErrorCode::invalidOption,
                    "\"steps\" is " + std::to_string(steps) + ", but must be a whole number from 1 to " +
                        std::to_string(original) + ", the original_steps of this grid.",
                    "Choose fewer steps, or set \"original_steps\" to at least as many.");
    const int stride = schedule.levels() / original;
    std::vector<double> times;
    for (int i = 0; i < steps; ++i) {
        const int index = int(double(original) / steps * i);
        times.push_back(stride * (original - index) - 1);
    }
    return throughTimes(times, schedule, values);
}

}  // namespace

std::vector<GridRule> specialTimeRules()
{
    return {
        {"quadratic",
         "Quadratic",
         "Times at equal distances of their square root, so steps are small near the clean image and large "
         "in the "
         "noise. The DDIM paper uses it for small pictures; times that would repeat stay fractional.",
         {Option::number("reach", "Reach", 0.8, 0.05, 1,
                         "How far into the noise the first time lies, as a share of all training times.", 2),
          fractionalOption(), finalOption()},
         quadratic},
        {"lcm",
         "LCM / TCD",
         "The few times at which a distilled student was taught to jump to the clean image. Students of "
         "other grids "
         "lose quality when asked for times they have not seen.",
         {Option::integer(
              "original_steps", "Original steps", 50, 1, 10000,
              "The number of steps of the teacher with which the student was distilled, usually 50."),
          finalOption()},
         studentTimes},
    };
}

}  // namespace diffuscope::schedule
