// SPDX-License-Identifier: GPL-3.0-or-later
// A scheduler's configuration as schedule, target, grid, sampler and clipping of the first recipe of a model.
#pragma once

#include "core/base/option.h"
#include "core/model/diffusers/config_reader.h"
#include "core/schedule/schedule_registry.h"
#include "core/schedule/time_grid.h"

namespace diffuscope::model::diffusers {

struct SchedulerSetup
{
    std::string className;  ///< e.g. "DDPMScheduler"
    schedule::ScheduleSpec schedule;
    std::string target = "eps";  ///< eps, v, x0 or flow
    schedule::GridSpec grid;
    std::string sampler = "ddim";
    base::OptionValues samplerOptions{};
    std::string clipping = "none";
    base::OptionValues clippingOptions{};
    int steps = 50;                    ///< that such a model is usually sampled with
    std::vector<std::string> notices;  ///< what is not taken over, and why
};

/// From scheduler_config.json. Throws Error(invalidFile) for a schedule or a target that is not understood; a
/// class of scheduler that is not known becomes DDIM, with a notice.
SchedulerSetup readScheduler(ConfigReader& reader);

}  // namespace diffuscope::model::diffusers
