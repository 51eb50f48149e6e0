// SPDX-License-Identifier: GPL-3.0-or-later
// All noise schedules by name: what the recipe panel, the command line and model cards choose from.
#pragma once

#include "core/schedule/noise_schedule.h"

#include <functional>

namespace diffuscope::schedule {

/// One family of schedules: its names, its options, and how it is made.
struct ScheduleFamily
{
    std::string id;           ///< as in recipe files, e.g. "scaled_linear"
    std::string displayName;  ///< e.g. "Scaled linear (Stable Diffusion)"
    std::string description;  ///< two plain sentences
    std::vector<base::Option> options;
    /// From completed options.
    std::function<NoiseSchedule(const base::OptionValues&)> make;
};

/// Every family, in the order in which they are shown.
const std::vector<ScheduleFamily>& scheduleFamilies();

/// The family of this id; throws Error(invalidOption) that names the ones there are.
const ScheduleFamily& scheduleFamily(const std::string& id);

/// The schedule of a spec. Throws Error(invalidOption) for an unknown family or an option out of range.
NoiseSchedule makeSchedule(const ScheduleSpec& spec);

}  // namespace diffuscope::schedule
