// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/samplers/sampler_registry.h"

#include "core/base/error.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

#include <algorithm>

namespace diffuscope::samplers {

namespace {

const std::vector<SamplerEntry>& entries()
{
#define DIFFUSCOPE_LIST_SAMPLER(name) name(),
    static const std::vector<SamplerEntry> all{DIFFUSCOPE_SAMPLERS(DIFFUSCOPE_LIST_SAMPLER)};
#undef DIFFUSCOPE_LIST_SAMPLER
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

base::OptionValues withDefaults(const SamplerInfo& info, const base::OptionValues& given)
{
    base::OptionValues values;
    for (const auto& option : info.options) {
        const auto found = given.find(option.id);
        const bool fits = found != given.end() && found->second.index() == option.defaultValue.index();
        values.emplace(option.id, fits ? found->second : option.defaultValue);
    }
    return values;
}

const SamplerInfo& ddpmSampler()
{
    for (const auto& info : samplers())
        if (info.isDdpmStep)
            return info;
    throw Error(ErrorCode::internal, "No sampler of the registry makes the step of DDPM.");
}

SamplerEquation samplerEquation(const recipe::SamplerSpec& spec)
{
    const SamplerInfo& info = samplerInfo(spec.id);
    return info.equation(withDefaults(info, spec.options));
}

std::unique_ptr<Sampler> makeSampler(const recipe::SamplerSpec& spec, const schedule::NoiseSchedule& schedule,
                                     const schedule::TimeGrid& grid)
{
    const SamplerEntry& chosen = entry(spec.id);
    if (grid.steps() < 1)
        throw Error(ErrorCode::invalidOption, "The grid has no step.", "Choose a grid of at least one step.");
    const auto values =
        base::completed("sampler " + chosen.info.displayName, chosen.info.options, spec.options);
    checkNeeds(chosen.info.displayName, chosen.info.needs ? chosen.info.needs(values) : GridNeeds(), grid);
    return chosen.make(values, schedule, grid);
}

}  // namespace diffuscope::samplers
