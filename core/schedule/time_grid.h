// SPDX-License-Identifier: GPL-3.0-or-later
// The levels a sampler visits, noisy → clean: which times of the schedule, chosen by which rule.
#pragma once

#include "core/schedule/noise_schedule.h"

#include <functional>

namespace diffuscope::schedule {

/// Which grid: a rule of the registry (`gridRules()`) and its options. A plain value.
struct GridSpec
{
    std::string rule = "leading";
    base::OptionValues options{};
    bool operator==(const GridSpec&) const = default;
};

/// The visited levels, noisy → clean: `steps() + 1` of them, the last one clean (or the level that the rule's
/// option `final` names). sigma/alpha decreases strictly. Grids of times and grids of sigmas are the same
/// type.
struct TimeGrid
{
    std::vector<NoiseLevel> levels;

    int steps() const { return int(levels.size()) - 1; }
    const NoiseLevel& operator[](int i) const { return levels.at(std::size_t(i)); }
};

/// One rule for spacing a grid: its names, options, and how it is made.
struct GridRule
{
    std::string id;           ///< e.g. "trailing"
    std::string displayName;  ///< e.g. "Trailing"
    std::string description;  ///< two plain sentences
    std::vector<base::Option> options;
    /// From a schedule, completed options and a number of steps ≥ 1.
    std::function<TimeGrid(const NoiseSchedule&, const base::OptionValues&, int steps)> make;
};

/// Every rule, in the order in which they are shown.
const std::vector<GridRule>& gridRules();

/// The rule of this id; throws Error(invalidOption) that names the ones there are.
const GridRule& gridRule(const std::string& id);

/// The grid of a spec with `steps` steps (a typed list decides their number itself).
/// Throws Error(invalidOption) for steps outside 1 … T on a grid of whole times and 1 … max(T, 1000) on
/// others, an unknown rule, an option out of range, and levels that repeat or are not in order.
TimeGrid makeTimeGrid(const NoiseSchedule& schedule, const GridSpec& spec, int steps);

}  // namespace diffuscope::schedule
