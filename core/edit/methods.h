// SPDX-License-Identifier: GPL-3.0-or-later
// The methods that make a sampler heed a measurement, each in the notation of its paper.
#pragma once

#include "core/edit/measurement.h"
#include "core/samplers/sampler.h"

#include <memory>
#include <string>
#include <vector>

namespace diffuscope::edit {

/// One method, as it is offered.
struct Method
{
    std::string id;
    std::string displayName;
    std::string source;
    std::string description;
    std::vector<base::Option> options;
    /// Goes back to noisier levels, and so goes with samplers that remember nothing: DDPM and DDIM.
    bool goesBack = false;
    /// Only for measurements of a part of the sample (see MeasurementKind::isPart).
    bool wantsPart = false;
    /// Of a sampler and completed options.
    std::function<std::unique_ptr<samplers::Sampler>(std::unique_ptr<samplers::Sampler>, const Known&,
                                                     const base::OptionValues&)>
        make;
};

/// replacement, repaint, ddrm, ddnm, dps, pigdm.
const std::vector<Method>& methods();
const Method& method(const std::string& id);

/// The recipe's sampler, made to heed what is known. Throws Error(invalidOption) where the two do not go
/// together, and for options that neither the measurement nor the method has.
std::unique_ptr<samplers::Sampler> heeding(std::unique_ptr<samplers::Sampler> sampler,
                                           const recipe::SamplerSpec& spec,
                                           const recipe::Measurement& measurement, const Known& known);

}  // namespace diffuscope::edit
