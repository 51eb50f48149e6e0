#include "core/registry/error.h"
#include "core/schedule/grid_rules.h"
#include "core/schedule/schedule_families.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::schedule {

namespace {

using registry::integer;
using registry::Option;
using registry::OptionValues;
using registry::text;
using registry::toggle;

Option fractionalOption(bool value)
{
    return Option::toggle("fractional", "Fractional times", value,
                          "Keep times between the training levels instead of rounding them to whole ones.");
}

Option countOption(std::string nName, std::string nPlusOneName, std::string explanation)
{
    return Option::choice("count", "Points", "n",
                          {{"n", std::move(nName)}, {"n_plus_1", std::move(nPlusOneName)}},
                          std::move(explanation));
}

Option lambdaMinOption()
{
    return Option::number(
        "lambda_min", "Least log(α/σ)", -100, -100, 0,
        "Training levels noisier than this log(alpha/sigma) are left out; the cosine schedule with "
        "DPM-Solver wants about -5.1.",
        2);
}

/// The number of training levels the grid may use, once those below `lambda_min` are left out.
int usableLevels(const NoiseSchedule& schedule, const OptionValues& values)
{
    const double least = registry::number(values, "lambda_min");
    int last = schedule.levels();
    while (least > -100 && last > 1 && schedule.level(last - 1).lambda() < least)
        --last;
    return last;
}

void checkSteps(int steps, int most)
{
    if (steps > most)
        throw Error(ErrorCode::invalidOption,
                    "\"steps\" is " + std::to_string(steps) + ", but must be a whole number from 1 to " +
                        std::to_string(most) + " with whole times.",
                    "Choose from 1 to " + std::to_string(most) + " steps, or switch \"fractional\" on.");
}

/// Whole times by rounding half to even; as they are where the option says so or where rounding would repeat
/// one.
std::vector<double> rounded(std::vector<double> times, bool fractional)
{
    if (fractional)
        return times;
    std::vector<double> whole = times;
    for (double& time : whole)
        time = std::nearbyint(time);
    const bool repeats = std::adjacent_find(whole.begin(), whole.end()) != whole.end();
    return repeats ? times : whole;
}

TimeGrid atTimes(const std::vector<double>& times, const NoiseSchedule& schedule, const OptionValues& values)
{
    std::vector<NoiseLevel> levels;
    for (const double time : times) {
        if (time < 0 || time > schedule.levels() - 1)
            throw Error(ErrorCode::invalidOption,
                        "The option \"offset\" moves a time beyond the last training level " +
                            std::to_string(schedule.levels() - 1) + ".",
                        "Set \"offset\" to 0 or take fewer steps.");
        levels.push_back(schedule.levelAt(time));
    }
    return closed(std::move(levels), schedule, values);
}

/// arange(N)·(T // N) + offset, or arange(1, N + 1)·(T // (N + 1)) + offset, reversed.
TimeGrid leading(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const int last = usableLevels(schedule, values);
    const bool fractional = toggle(values, "fractional");
    const int extra = text(values, "count") == "n" ? 0 : 1;
    if (!fractional)
        checkSteps(steps, last - extra);
    const double ratio = fractional ? double(last) / (steps + extra) : double(last / (steps + extra));
    std::vector<double> times;
    for (int i = steps - 1 + extra; i >= extra; --i)
        times.push_back(i * ratio + integer(values, "offset"));
    return atTimes(times, schedule, values);
}

/// round(linspace(0, T − 1, N)) reversed, or round(linspace(0, T − 1, N + 1)) reversed without the 0.
TimeGrid evenlySpaced(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const int last = usableLevels(schedule, values);
    const bool fractional = toggle(values, "fractional");
    if (!fractional)
        checkSteps(steps, last);
    std::vector<double> times = linspace(last - 1, 0, text(values, "count") == "n" ? steps : steps + 1);
    times.resize(std::size_t(steps));
    return atTimes(rounded(std::move(times), fractional), schedule, values);
}

/// round(arange(T, 0, −T/N)) − 1.
TimeGrid trailing(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const int last = usableLevels(schedule, values);
    const bool fractional = toggle(values, "fractional");
    if (!fractional)
        checkSteps(steps, last);
    std::vector<double> times;
    for (int i = 0; i < steps; ++i)
        times.push_back(last - i * (double(last) / steps));
    times = rounded(std::move(times), fractional);
    for (double& time : times)
        time = std::max(time - 1, 0.0);
    return atTimes(times, schedule, values);
}

}  // namespace

std::vector<GridRule> timeSpacingRules()
{
    return {
        {"leading",
         "Leading",
         "Every k-th training time counted from the clean end, the habit of the first DDPM and DDIM "
         "programs. It "
         "never visits the noisiest level, although the state starts as pure noise.",
         {Option::integer("offset", "Offset", 0, 0, 100,
                          "A number added to every time; Stable Diffusion uses 1."),
          countOption(
              "N, ends at time 0", "N + 1, without time 0",
              "Whether the N times start at 0 (DDPM, DDIM, PNDM) or T is cut in N + 1 parts and 0 left out "
              "(DPM-Solver, UniPC, DEIS)."),
          fractionalOption(false), lambdaMinOption(), finalOption()},
         leading},
        {"linspace",
         "Linspace",
         "Times in equal distances from the noisiest training level to the cleanest, both ends included. "
         "Times that "
         "would repeat after rounding stay fractional instead.",
         {countOption(
              "N, ends at time 0", "N + 1, without time 0",
              "Whether N points reach time 0 (DDPM, DDIM, PNDM) or N + 1 points are laid and 0 is left out "
              "(DPM-Solver, UniPC, DEIS)."),
          fractionalOption(false), lambdaMinOption(), finalOption()},
         evenlySpaced},
        {"trailing",
         "Trailing",
         "Every k-th training time counted from the noisy end, so the first step starts where training "
         "ended. It is "
         "the right choice for few steps and for schedules with zero signal at the end.",
         {fractionalOption(false), lambdaMinOption(), finalOption()},
         trailing},
    };
}

}  // namespace diffuscope::schedule
