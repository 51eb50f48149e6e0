// SPDX-License-Identifier: GPL-3.0-or-later
// Grids that other programs lay over the list of training sigmas by its indices: simple, ddim_uniform, the
// beta quantiles of the time, turbo.
#include "core/schedule/beta_quantile.h"
#include "core/schedule/grid_rules.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::schedule {

namespace {

using base::number;
using base::Option;
using base::OptionValues;

/// The levels at whole times, then the end that the option `final` names.
TimeGrid throughIndices(const std::vector<int>& times, const NoiseSchedule& schedule,
                        const OptionValues& values)
{
    TimeGrid grid;
    for (const int time : times)
        grid.levels.push_back(schedule.level(time));
    grid.levels.push_back(base::text(values, "final") == "clean" ? NoiseLevel{0, 1, 0} : schedule.level(0));
    return grid;
}

/// T − 1 − int(i·T/n): cut where trailing rounds.
TimeGrid simple(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    checkSteps(steps, schedule.levels());
    const double stride = double(schedule.levels()) / steps;
    std::vector<int> times;
    for (int i = 0; i < steps; ++i)
        times.push_back(schedule.levels() - 1 - int(i * stride));
    return throughIndices(times, schedule, values);
}

/// 1, 1 + m, 1 + 2m, … with m = T // n, reversed: more than n where n does not divide T.
TimeGrid ddimUniform(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    constexpr double nearlyClean = 1e-5;
    const bool startsClean = schedule.level(1).noiseToSignal() < nearlyClean;
    const int parts = startsClean ? steps + 1 : steps;
    const int stride = std::max(schedule.levels() / parts, 1);
    std::vector<int> times;
    for (int time = 1; time < schedule.levels(); time += stride)
        times.push_back(time);
    std::reverse(times.begin(), times.end());
    TimeGrid grid = throughIndices(times, schedule, values);
    if (startsClean && grid.steps() > 1)
        grid.levels.pop_back();
    return grid;
}

/// round((T − 1)·Q(1 − i/n)), Q the quantile of Beta(a, b), each time once (Lee et al. 2024, "Beta sampling
/// is all you need").
TimeGrid betaTimes(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const double a = number(values, "alpha");
    const double b = number(values, "beta");
    std::vector<int> times;
    for (int i = 0; i < steps; ++i) {
        const double share = 1 - double(i) / steps;
        // The middle of a symmetric distribution exactly: it may lie half-way between two times.
        const double quantile = a == b && share == 0.5 ? 0.5 : betaQuantile(share, a, b);
        const int time = int(std::nearbyint((schedule.levels() - 1) * quantile));
        if (times.empty() || times.back() != time)
            times.push_back(time);
    }
    return throughIndices(times, schedule, values);
}

/// round(i·T/n − 1), i = n … 1, half to even.
TimeGrid turbo(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    checkSteps(steps, schedule.levels());
    const double stride = double(schedule.levels()) / steps;
    std::vector<int> times;
    for (int i = steps; i >= 1; --i)
        times.push_back(std::clamp(int(std::nearbyint(i * stride - 1)), 0, schedule.levels() - 1));
    return throughIndices(times, schedule, values);
}

/// The first n of the ten times T − 1, 9T/10 − 1, … that a student of few steps was taught.
TimeGrid sdTurbo(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    constexpr int taught = 10;
    checkSteps(steps, std::min(taught, schedule.levels()));
    std::vector<int> times;
    for (int i = taught; i > taught - steps; --i)
        times.push_back(std::max(0, i * (schedule.levels() / taught) - 1));
    return throughIndices(times, schedule, values);
}

}  // namespace

std::vector<GridRule> indexRules()
{
    return {
        {"simple",
         "Simple",
         "Every k-th training time counted from the noisy end, fractions cut off. It is trailing but for the "
         "rounding, and the usual grid of flow models.",
         {finalOption()},
         simple},
        {"ddim_uniform",
         "DDIM uniform",
         "Every k-th training time from the second cleanest on, as ComfyUI and A1111 lay it. Where the steps "
         "do not divide the training levels it has more of them than were asked for.",
         {finalOption()},
         ddimUniform},
        {"beta_times",
         "Beta, by time",
         "Training times at quantiles of a beta distribution, dense at both ends and sparse in the middle. "
         "This is the grid of the paper; the other one puts the quantiles on the noise itself.",
         {Option::number("alpha", "a", 0.6, 0.05, 20, "Smaller values crowd more times near the clean end.",
                         2),
          Option::number("beta", "b", 0.6, 0.05, 20, "Smaller values crowd more times near the noisy end.",
                         2),
          finalOption()},
         betaTimes},
        {"turbo",
         "Turbo",
         "Every k-th training time counted from the clean end, the noisiest included, as Forge lays it. For "
         "models that were taught to need few steps.",
         {finalOption()},
         turbo},
        {"sd_turbo",
         "SD Turbo",
         "The first of ten evenly spaced training times, which SD Turbo was taught. At most ten steps; the "
         "last "
         "one goes from wherever it is to the image.",
         {finalOption()},
         sdTurbo},
    };
}

}  // namespace diffuscope::schedule
