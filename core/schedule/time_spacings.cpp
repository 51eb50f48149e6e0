// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/schedule/grid_rules.h"
#include "core/schedule/schedule_families.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::schedule {

namespace {

using base::integer;
using base::Option;
using base::OptionValues;
using base::text;
using base::toggle;

/// The default of `lambda_min`, at which nothing is left out.
constexpr double noLambdaMin = -100;

Option countOption(std::string nName, std::string nPlusOneName, std::string explanation)
{
    return Option::choice("count", "Points", "n",
                          {{"n", std::move(nName)}, {"n_plus_1", std::move(nPlusOneName)}},
                          std::move(explanation));
}

/// What the three rules share, after their own options.
std::vector<Option> withTimeOptions(std::vector<Option> options)
{
    options.push_back(fractionalOption());
    options.push_back(
        Option::choice("between", "Between levels", "log_linear",
                       {{"log_linear", "Log-linear σ/α"}, {"linear", "Linear σ/α"}},
                       "How sigma/alpha is found at a time between two training levels; some programs "
                       "interpolate it linearly while the network knows it log-linearly."));
    options.push_back(
        Option::number("lambda_min", "Least log(α/σ)", noLambdaMin, noLambdaMin, 0,
                       "Training levels noisier than this log(alpha/sigma) are left out; the cosine "
                       "schedule with DPM-Solver wants about -5.1.",
                       2));
    options.push_back(finalOption());
    return options;
}

/// The number of training levels the grid may use, once those below `lambda_min` are left out.
int usableLevels(const NoiseSchedule& schedule, const OptionValues& values)
{
    const double least = base::number(values, "lambda_min");
    int last = schedule.levels();
    while (least > noLambdaMin && last > 1 && schedule.level(last - 1).lambda() < least)
        --last;
    return last;
}

std::vector<double> roundedHalfToEven(std::vector<double> times)
{
    for (double& time : times)
        time = std::nearbyint(time);
    return times;
}

NoiseLevel levelBetween(const NoiseSchedule& schedule, double time, bool linear)
{
    NoiseLevel level = schedule.levelAt(time);
    const int below = int(std::floor(time));
    if (!linear || time == below || below + 1 >= schedule.levels())
        return level;
    const double low = schedule.level(below).noiseToSignal();
    const double high = schedule.level(below + 1).noiseToSignal();
    if (std::isinf(high))
        return level;
    level = schedule.levelOfNoiseToSignal(low + (high - low) * (time - below));
    level.t = time;
    return level;
}

TimeGrid atTimes(const std::vector<double>& times, const NoiseSchedule& schedule, const OptionValues& values)
{
    TimeGrid grid;
    for (const double time : times) {
        if (time < 0 || time > schedule.levels() - 1)
            throw Error(ErrorCode::invalidOption,
                        "The option \"offset\" of the grid moves a time beyond the last training level, " +
                            std::to_string(schedule.levels() - 1) + ".",
                        "Set \"offset\" to 0 or take fewer steps.");
        grid.levels.push_back(levelBetween(schedule, time, text(values, "between") == "linear"));
    }
    const bool clean = text(values, "final") == "clean";
    grid.levels.push_back(clean ? NoiseLevel{0, 1, 0} : schedule.level(0));
    return grid;
}

/// T/N, or less where there are more steps than levels, so that all times lie on the schedule.
double fractionalStride(int levels, int parts)
{
    return parts <= levels ? double(levels) / parts : (levels - 1.0) / (parts - 1);
}

/// arange(N)·(T // N) + offset, or arange(1, N + 1)·(T // (N + 1)) + offset, reversed.
TimeGrid leading(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const int last = usableLevels(schedule, values);
    const bool fractional = toggle(values, "fractional");
    const int extra = text(values, "count") == "n" ? 0 : 1;
    if (!fractional)
        checkSteps(steps, std::max(last - extra, 1));
    const int parts = steps + extra;
    const double ratio = fractional ? fractionalStride(last, parts) : double(last / parts);
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
    const int count = text(values, "count") == "n" ? steps : steps + 1;
    // The length of a step first and then its multiples, as the field's programs do: where a time comes to
    // lie half-way between two levels, the last digit decides to which it is rounded.
    const double length = count == 1 ? 0 : (last - 1.0) / (count - 1);
    std::vector<double> times;
    for (int i = 0; i < count; ++i)
        times.push_back(i * length);
    // A single point is the noisiest, from which a picture can be made.
    times.back() = last - 1;
    std::reverse(times.begin(), times.end());
    times.resize(std::size_t(steps));
    return atTimes(wholeUnlessRepeated(roundedHalfToEven(times), times, fractional), schedule, values);
}

/// round(arange(T, 0, −T/N)) − 1 as the field's programs compute it: the length of a step is the difference
/// of the first two times, and rounding can leave a last entry just above 0, which becomes −1.
std::vector<double> timesOfArange(int last, int levels, int steps)
{
    const double step = -double(levels) / steps;
    const double length = (last + step) - last;
    const int count = int(std::ceil((0.0 - last) / step));
    std::vector<double> times;
    for (int i = 0; i < count; ++i)
        times.push_back(std::nearbyint(last + i * length) - 1);
    return times;
}

TimeGrid atTimesOfArange(const NoiseSchedule& schedule, const OptionValues& values, int last, int steps)
{
    std::vector<double> times = timesOfArange(last, schedule.levels(), steps);
    const bool hasExtra = times.back() < 0;
    if (hasExtra)
        times.pop_back();
    TimeGrid grid = atTimes(times, schedule, values);
    if (hasExtra) {
        NoiseLevel extra = schedule.level(0);
        extra.t = -1;
        grid.levels.insert(grid.levels.end() - 1, extra);
    }
    return grid;
}

/// round(arange(T, 0, −T/N)) − 1.
TimeGrid trailing(const NoiseSchedule& schedule, const OptionValues& values, int steps)
{
    const int last = usableLevels(schedule, values);
    const bool fractional = toggle(values, "fractional");
    if (!fractional)
        checkSteps(steps, last);
    if (toggle(values, "float_arange"))
        return atTimesOfArange(schedule, values, last, steps);
    const double ratio = fractionalStride(last, steps);
    std::vector<double> times;
    for (int i = 0; i < steps; ++i)
        times.push_back(last - i * ratio);
    std::vector<double> whole = roundedHalfToEven(times);
    for (auto* list : {&times, &whole})
        for (double& time : *list)
            time = std::max(time - 1, 0.0);
    return atTimes(wholeUnlessRepeated(whole, times, fractional), schedule, values);
}

}  // namespace

Option fractionalOption()
{
    return Option::toggle("fractional", "Fractional times", false,
                          "Keep times between the training levels instead of moving them to whole ones.");
}

void checkSteps(int steps, int most)
{
    if (steps > most)
        throw Error(
            ErrorCode::invalidOption,
            "\"steps\" is " + std::to_string(steps) + ", but must be a whole number from 1 to " +
                std::to_string(most) + " on a grid of whole times.",
            "Choose from 1 to " + std::to_string(most) + " steps, or a grid of sigmas or fractional times.");
}

std::vector<double> wholeUnlessRepeated(std::vector<double> whole, std::vector<double> exact, bool fractional)
{
    const bool repeats = std::adjacent_find(whole.begin(), whole.end()) != whole.end();
    return fractional || repeats ? std::move(exact) : std::move(whole);
}

std::vector<GridRule> timeSpacingRules()
{
    return {
        {"leading", "Leading",
         "Every k-th training time counted from the clean end, the habit of the first DDPM and DDIM "
         "programs. It "
         "never visits the noisiest level, although the state starts as pure noise.",
         withTimeOptions(
             {Option::integer("offset", "Offset", 0, 0, 1000,
                              "A number added to every time; Stable Diffusion uses 1."),
              countOption("N, ends at time 0", "N + 1, without time 0",
                          "Whether the N times start at 0 (DDPM, DDIM, PNDM) or T is cut in N + 1 parts "
                          "and 0 left out (DPM-Solver, UniPC, DEIS).")}),
         leading},
        {"linspace", "Linspace",
         "Times in equal distances from the noisiest training level to the cleanest, both ends included. "
         "Times that "
         "would repeat after rounding stay fractional instead.",
         withTimeOptions(
             {countOption("N, ends at time 0", "N + 1, without time 0",
                          "Whether N points reach time 0 (DDPM, DDIM, PNDM) or N + 1 points are laid and "
                          "0 is left out (DPM-Solver, UniPC, DEIS).")}),
         evenlySpaced},
        {"trailing", "Trailing",
         "Every k-th training time counted from the noisy end, so the first step starts where training "
         "ended. It is "
         "the right choice for few steps and for schedules with zero signal at the end.",
         withTimeOptions(
             {Option::toggle("float_arange", "Extra entry (quirk)", false,
                             "Repeat a slip of a widely used program: for some step counts (61, 103, …) "
                             "a rounding error adds one entry at time -1; whole times only.")}),
         trailing},
    };
}

}  // namespace diffuscope::schedule
