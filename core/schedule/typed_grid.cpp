// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/schedule/grid_rules.h"

#include <charconv>
#include <cmath>

namespace diffuscope::schedule {

namespace {

using base::Option;
using base::OptionValues;

constexpr std::size_t maximumValues = 1001;

[[noreturn]] void refuse(const std::string& what, const std::string& hint)
{
    throw Error(ErrorCode::invalidOption, "The option \"values\" of grid Typed list " + what + ".", hint);
}

std::vector<double> numbersOf(const std::string& text)
{
    constexpr auto separators = " \t\r\n,;";
    std::vector<double> numbers;
    std::string_view rest = text;
    while (true) {
        rest.remove_prefix(std::min(rest.find_first_not_of(separators), rest.size()));
        if (rest.empty())
            return numbers;
        const std::string_view word = rest.substr(0, rest.find_first_of(separators));
        double value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value))
            refuse("holds \"" + std::string(word.substr(0, 30)) + "\", which is not a number",
                   "Write numbers separated by commas or spaces, such as 999, 500, 100.");
        if (numbers.size() == maximumValues)
            refuse("holds more than " + std::to_string(maximumValues) + " numbers", "Write a shorter list.");
        numbers.push_back(value);
        rest.remove_prefix(word.size());
    }
}

std::string shown(double value)
{
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return error == std::errc() ? std::string(buffer, end) : "?";
}

void checkList(const std::vector<double>& numbers, bool times, int lastTime)
{
    if (numbers.empty())
        refuse("is empty", "Write at least one number.");
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0 && numbers[i] >= numbers[i - 1])
            refuse("does not fall from " + shown(numbers[i - 1]) + " to " + shown(numbers[i]),
                   "Write the list from the noisiest to the cleanest, no number twice.");
        if (times && !(numbers[i] >= 0 && numbers[i] <= lastTime))
            refuse("holds the time " + shown(numbers[i]) + ", but times of this schedule run from 0 to " +
                       std::to_string(lastTime),
                   "Keep every time from 0 to " + std::to_string(lastTime) + ".");
        if (!times && !(numbers[i] >= 0 && numbers[i] <= 1e6))
            refuse("holds the sigma " + shown(numbers[i]) + ", but sigmas run from 0 to 1000000",
                   "Keep every sigma from 0 to 1000000.");
    }
}

TimeGrid typed(const NoiseSchedule& schedule, const OptionValues& values, int)
{
    const bool times = base::text(values, "kind") == "times";
    const std::string& final = base::text(values, "final");
    const std::vector<double> numbers = numbersOf(base::text(values, "values"));
    checkList(numbers, times, schedule.levels() - 1);
    TimeGrid grid;
    for (const double value : numbers)
        grid.levels.push_back(times ? schedule.levelAt(value) : schedule.levelOfNoiseToSignal(value));
    const bool listEnds = final == "listed" || grid.levels.back().isClean();
    if (!listEnds)
        grid.levels.push_back(final == "clean" ? NoiseLevel{0, 1, 0} : schedule.level(0));
    if (grid.levels.size() < 2)
        refuse("has no level left to step to", "Write one more number, or set \"final\" to clean.");
    if (grid.steps() > int(maximumValues) - 1)
        refuse("holds more than 1000 steps", "Write a shorter list.");
    return grid;
}

}  // namespace

std::vector<GridRule> typedRules()
{
    Option final = finalOption();
    final.choices.push_back({"listed", "Last number of the list"});
    return {{"typed",
             "Typed list",
             "The levels that you type, from the noisiest to the cleanest. Their count decides the number of "
             "steps.",
             {Option::choice(
                  "kind", "List of", "times", {{"times", "Training times"}, {"sigmas", "Sigmas (σ/α)"}},
                  "Whether the numbers are training times, fractions allowed, or values of sigma/alpha."),
              Option::text("values", "Values", "999, 750, 500, 250, 100, 0",
                           "Falling numbers separated by commas or spaces; a sigma of 0 is the clean image."),
              final},
             typed}};
}

}  // namespace diffuscope::schedule
