// SPDX-License-Identifier: GPL-3.0-or-later
// How a sampler enters the registry: what is shown of it, and how it is made. One function a sampler.
#pragma once

#include "core/samplers/sampler.h"
#include "core/samplers/sampler_list.h"

#include <functional>
#include <memory>

namespace diffuscope::samplers {

struct SamplerEntry
{
    SamplerInfo info;
    /// From completed options and a grid that meets the needs; throws Error(invalidOption) for options that
    /// do not fit each other, the grid or the schedule.
    std::function<std::unique_ptr<Sampler>(const base::OptionValues&, const schedule::NoiseSchedule&,
                                           const schedule::TimeGrid&)>
        make;
};

#define DIFFUSCOPE_DECLARE_SAMPLER(name) SamplerEntry name();
DIFFUSCOPE_SAMPLERS(DIFFUSCOPE_DECLARE_SAMPLER)
#undef DIFFUSCOPE_DECLARE_SAMPLER

}  // namespace diffuscope::samplers
