// SPDX-License-Identifier: GPL-3.0-or-later
// What samplers ask of a grid and of their options before a run starts.
#pragma once

#include "core/samplers/sampler_registry.h"
#include "core/schedule/time_grid.h"

#include <string>

namespace diffuscope::samplers {

/// Throws Error(invalidOption) where the grid is not what the sampler needs: it goes the other way, its first
/// level holds no signal (solvers in sigma/alpha and in the noise prediction divide by it), or a multistep
/// solver has fewer steps than it needs points.
void checkNeeds(const std::string& sampler, const GridNeeds& needs, const schedule::TimeGrid& grid);

/// Throws Error(invalidOption): the option of the sampler has this value, but must be `allowed`.
[[noreturn]] void refuseOption(const std::string& sampler, const std::string& option,
                               const std::string& value, const std::string& allowed);

}  // namespace diffuscope::samplers
