// How a sampler enters the registry: what is shown of it, and how it is made. One function a sampler file.
#pragma once

#include "core/sample/sampler.h"

#include <functional>
#include <memory>

namespace diffuscope::sample {

struct SamplerEntry
{
    SamplerInfo info;
    /// From completed options; throws Error(invalidOption) for options that do not fit the grid or the
    /// schedule.
    std::function<std::unique_ptr<Sampler>(const registry::OptionValues&, const schedule::NoiseSchedule&,
                                           const schedule::TimeGrid&)>
        make;
};

SamplerEntry ddpm();
SamplerEntry ddim();

}  // namespace diffuscope::sample
