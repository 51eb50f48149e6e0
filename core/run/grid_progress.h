// SPDX-License-Identifier: GPL-3.0-or-later
// How far a run on a grid has come at a level, so that rules of guidance can depend on it.
#pragma once

#include "core/schedule/time_grid.h"

#include <functional>

namespace diffuscope::run {

/// i/steps at the level i of the grid; between two levels linear in the angle atan(sigma/alpha), beyond the
/// ends 0 or 1.
std::function<double(const schedule::NoiseLevel&)> progressOn(const schedule::TimeGrid& grid);

}  // namespace diffuscope::run
