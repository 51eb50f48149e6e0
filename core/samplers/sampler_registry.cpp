#include "core/samplers/sampler_registry.h"

#include "core/base/error.h"
#include "core/samplers/sampler_entry.h"

#include <algorithm>

namespace diffuscope::samplers {

namespace {

const std::vector<SamplerEntry>& entries()
{
    static const std::vector<SamplerEntry> all{dpmpp2m(),
                                               dpmpp3m(),
                                               dpmpp2s(),
                                               dpmpp3s(),
                                               dpmpp2mSde(),
                                               dpmpp3mSde(),
                                               unipc(),
                                               saSolver(),
                                               ddim(),
                                               ddimInverse(),
                                               pndm(),
                                               ipndm(),
                                               euler(),
                                               heun(),
                                               dpm2(),
                                               lms(),
                                               gradientEstimation(),
                                               restart(),
                                               ddpm(),
                                               eulerAncestral(),
                                               dpm2Ancestral(),
                                               dpmSolver1(),
                                               dpmSolver2(),
                                               dpmSolver3(),
                                               dpmSolverMultistep(),
                                               deis(),
                                               resMultistep(),
                                               lcm(),
                                               tcd(),
                                               flowEuler(),
                                               flowHeun(),
                                               dormandPrince(),
                                               dpmAdaptive()};
    return all;
}

const SamplerEntry& entry(const std::string& id)
{
    std::string wanted = id;
    std::replace(wanted.begin(), wanted.end(), '-', '_');
    std::string names;
    for (const auto& candidate : entries()) {
        if (candidate.info.id == wanted)
            return candidate;
        names += (names.empty() ? "" : ", ") + candidate.info.id;
    }
    throw Error(ErrorCode::invalidOption, "There is no sampler \"" + id + "\".",
                "Choose one of " + names + ".");
}

}  // namespace

const std::vector<SamplerInfo>& samplers()
{
    static const std::vector<SamplerInfo> infos = [] {
        std::vector<SamplerInfo> all;
        for (const auto& candidate : entries())
            all.push_back(candidate.info);
        return all;
    }();
    return infos;
}

const SamplerInfo& samplerInfo(const std::string& id)
{
    return entry(id).info;
}

std::unique_ptr<Sampler> makeSampler(const recipe::SamplerSpec& spec, const schedule::NoiseSchedule& schedule,
                                     const schedule::TimeGrid& grid)
{
    const SamplerEntry& chosen = entry(spec.id);
    if (grid.steps() < 1)
        throw Error(ErrorCode::invalidOption, "The grid has no step.", "Choose a grid of at least one step.");
    const auto values =
        base::completed("sampler " + chosen.info.displayName, chosen.info.options, spec.options);
    return chosen.make(values, schedule, grid);
}

}  // namespace diffuscope::samplers
