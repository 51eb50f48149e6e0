// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schedule/time_grid.h"

#include "core/base/error.h"
#include "core/schedule/grid_rules.h"

#include <algorithm>

namespace diffuscope::schedule {

namespace {

/// Grids of sigmas and of fractional times may be finer than the training levels, up to here.
constexpr int finestGrid = 1000;

base::Option leapOption()
{
    return base::Option::toggle("leap", "Leave out the last but one", false,
                                "Lays the grid for one step more and leaves out its last noisy level, as "
                                "other programs do with "
                                "some samplers.")
        .forCompatibility();
}

std::vector<GridRule> allRules()
{
    std::vector<GridRule> all;
    for (auto* group : {timeSpacingRules, specialTimeRules, sigmaRules, indexRules, tabulatedRules,
                        publishedRules, typedRules})
        for (auto& rule : group())
            all.push_back(std::move(rule));
    // A typed list says itself what it visits.
    for (auto& rule : all)
        if (rule.id != "typed")
            rule.options.push_back(leapOption());
    return all;
}

void checkOrder(const std::string& rule, const TimeGrid& grid)
{
    for (int i = 0; i < grid.steps(); ++i) {
        const NoiseLevel& level = grid[i];
        const NoiseLevel& next = grid[i + 1];
        if (level.noiseToSignal() > next.noiseToSignal())
            continue;
        const bool isFinal = i + 1 == grid.steps();
        throw Error(ErrorCode::invalidOption,
                    "The grid " + rule + " does not grow cleaner from level " + std::to_string(i) +
                        " to level " + std::to_string(i + 1) + (isFinal ? ", its last" : "") + ".",
                    isFinal
                        ? "Set \"final\" to clean, or choose a grid that stops before the least noisy level."
                        : "Take fewer steps or another grid.");
    }
}

}  // namespace

base::Option finalOption()
{
    return base::Option::choice("final", "Ends at", "clean",
                                {{"clean", "Clean image"}, {"sigma_min", "Least noisy training level"}},
                                "Where the last step ends: at the clean image, or at the least noisy "
                                "level of training, which keeps a trace "
                                "of noise.");
}

const std::vector<GridRule>& gridRules()
{
    static const std::vector<GridRule> rules = allRules();
    return rules;
}

const GridRule& gridRule(const std::string& id)
{
    std::string wanted = id;
    std::replace(wanted.begin(), wanted.end(), '-', '_');
    std::string names;
    for (const auto& rule : gridRules()) {
        if (rule.id == wanted)
            return rule;
        names += (names.empty() ? "" : ", ") + rule.id;
    }
    throw Error(ErrorCode::invalidOption, "There is no grid \"" + id + "\".", "Choose one of " + names + ".");
}

TimeGrid makeTimeGrid(const NoiseSchedule& schedule, const GridSpec& spec, int steps)
{
    const GridRule& rule = gridRule(spec.rule);
    const auto values = base::completed("grid " + rule.displayName, rule.options, spec.options);
    const int most = std::max(schedule.levels(), finestGrid);
    if (steps < 1 || steps > most)
        throw Error(ErrorCode::invalidOption,
                    "\"steps\" is " + std::to_string(steps) + ", but must be a whole number from 1 to " +
                        std::to_string(most) + ".",
                    "Choose from 1 to " + std::to_string(most) + " steps.");
    const auto leap = values.find("leap");
    const bool leaps = leap != values.end() && leap->second == base::OptionValue(true);
    TimeGrid grid = rule.make(schedule, values, leaps ? steps + 1 : steps);
    if (leaps && grid.steps() > 1)
        grid.levels.erase(grid.levels.end() - 2);
    checkOrder(rule.displayName, grid);
    return grid;
}

}  // namespace diffuscope::schedule
