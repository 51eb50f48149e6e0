// The groups of grid rules that make up the registry, and what they share.
#pragma once

#include "core/schedule/time_grid.h"

namespace diffuscope::schedule {

/// Rules that choose training times: leading, linspace, trailing.
std::vector<GridRule> timeSpacingRules();

/// The option `final`: whether the last level is clean or the least noisy training level.
registry::Option finalOption();
/// The grid of these levels and the one that the option `final` asks for.
TimeGrid closed(std::vector<NoiseLevel> levels, const NoiseSchedule& schedule,
                const registry::OptionValues& values);

}  // namespace diffuscope::schedule
