// How a sampler enters the registry: what is shown of it, and how it is made. One function a sampler file.
#pragma once

#include "core/samplers/sampler.h"

#include <functional>
#include <memory>

namespace diffuscope::samplers {

struct SamplerEntry
{
    SamplerInfo info;
    /// From completed options; throws Error(invalidOption) for options that do not fit the grid or the
    /// schedule.
    std::function<std::unique_ptr<Sampler>(const base::OptionValues&, const schedule::NoiseSchedule&,
                                           const schedule::TimeGrid&)>
        make;
};

SamplerEntry ddpm();
SamplerEntry ddim();
SamplerEntry ddimInverse();
SamplerEntry pndm();
SamplerEntry ipndm();
SamplerEntry euler();
SamplerEntry eulerAncestral();
SamplerEntry heun();
SamplerEntry dpm2();
SamplerEntry dpm2Ancestral();
SamplerEntry lms();
SamplerEntry gradientEstimation();
SamplerEntry restart();
SamplerEntry dpmSolver1();
SamplerEntry dpmSolver2();
SamplerEntry dpmSolver3();
SamplerEntry dpmSolverMultistep();
SamplerEntry dpmpp2s();
SamplerEntry dpmpp3s();
SamplerEntry dpmpp2m();
SamplerEntry dpmpp3m();
SamplerEntry dpmpp2mSde();
SamplerEntry dpmpp3mSde();
SamplerEntry unipc();
SamplerEntry saSolver();
SamplerEntry deis();
SamplerEntry resMultistep();
SamplerEntry lcm();
SamplerEntry tcd();
SamplerEntry flowEuler();
SamplerEntry flowHeun();
SamplerEntry dormandPrince();
SamplerEntry dpmAdaptive();

}  // namespace diffuscope::samplers
