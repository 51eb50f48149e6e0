// SPDX-License-Identifier: GPL-3.0-or-later
// Which level a network that was trained on another schedule is asked for.
#pragma once

#include "core/schedule/noise_schedule.h"

namespace diffuscope::denoise {

/// The level of the training schedule with the same sigma/alpha as `level` of the sampling schedule; level.t
/// is kept where both schedules agree on it. What knows the state there sees it times
/// toTrainingScale(level, known).
schedule::NoiseLevel trainingLevel(const schedule::NoiseSchedule& trained, const schedule::NoiseLevel& level);

/// The factor that brings a state at `level` to the scale of the same state at `known`.
double toTrainingScale(const schedule::NoiseLevel& level, const schedule::NoiseLevel& known);

}  // namespace diffuscope::denoise
