// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/methods.h"

#include "core/base/error.h"
#include "core/edit/methods/heeding.h"
#include "core/samplers/sampler_registry.h"

namespace diffuscope::edit {

const std::vector<Method>& methods()
{
    static const std::vector<Method> list{replacementMethod(), repaintMethod(), ddnmMethod(),
                                          ddrmMethod(),        dpsMethod(),     pigdmMethod()};
    return list;
}

const Method& method(const std::string& id)
{
    std::string names;
    for (const Method& each : methods()) {
        if (each.id == id)
            return each;
        names += (names.empty() ? "" : ", ") + each.id;
    }
    throw Error(ErrorCode::invalidOption, "There is no method \"" + id.substr(0, 40) + "\".",
                "There are: " + names + ".");
}

std::unique_ptr<Sampler> heeding(std::unique_ptr<Sampler> sampler, const recipe::SamplerSpec& spec,
                                 const recipe::Measurement& measurement, const Known& known)
{
    const Method& chosen = method(measurement.method.empty() ? "ddnm" : measurement.method);
    const MeasurementKind& kind = measurementKind(measurement.kind);
    const samplers::SamplerInfo& info = samplers::samplerInfo(spec.id);
    if (chosen.wantsPart && !kind.isPart)
        throw Error(ErrorCode::invalidOption,
                    "The method " + chosen.displayName + " puts a known part back, and of \"" + kind.id +
                        "\" no part is known by itself.",
                    "Choose ddnm, ddrm, dps or pigdm.");
    if (info.inverse || info.adaptive)
        throw Error(ErrorCode::invalidOption,
                    "The sampler " + info.displayName + " cannot heed a measurement.",
                    "Choose DDPM or DDIM.");
    if (chosen.goesBack && !info.isDdpmStep && !info.isDdimStep)
        throw Error(
            ErrorCode::invalidOption,
            chosen.displayName + " goes back to noisier levels, which a sampler that remembers steps cannot.",
            "Choose DDPM or DDIM.");
    base::OptionValues own = measurement.options;
    for (const base::Option& option : optionsOf(kind))
        own.erase(option.id);
    const auto values = base::completed("method \"" + chosen.id + "\"", chosen.options, own);
    return chosen.make(std::move(sampler), known, values);
}

}  // namespace diffuscope::edit
