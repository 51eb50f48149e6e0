// The update rule of every sampler as its paper writes it, in a small markup that a view typesets.
//
// Markup: x_{t} and x^{2} set scripts, \hat{x} and \bar{α} put a sign over a letter, \sqrt{…} and \frac{…}{…}
// do what they say, \rm{…} is upright text. \xt{…}, \xo{…}, \ep{…} and \nz{…} colour what belongs to the
// state, the clean estimate, the noise estimate and the fresh noise. Letters are set in italics.
#pragma once

#include "core/samplers/sampler_registry.h"
#include "core/samplers/step_terms.h"

#include <string>
#include <vector>

namespace diffuscope::explain {

/// α, σ are factors of image and noise, λ = log(α/σ), k = σ/α, h = λ_{t−1} − λ_{t}; t − 1 is the level that
/// the step leads to, t + 1 the one visited before, whatever the training times are.
struct SamplerEquation
{
    std::string formula;             ///< x_{t−1} = …
    std::vector<std::string> where;  ///< what the letters in it stand for
    std::string source;              ///< paper and equation
};

/// The equation that a sampler with these options follows. Throws Error(invalidOption) for an unknown id.
SamplerEquation samplerEquation(const recipe::SamplerSpec& spec);

/// What a quantity is called in the equation of step `step`: \hat{ε}_{t+1} is one of the step before.
std::string quantitySymbol(const samplers::StepQuantity& quantity, int step);

/// The state that a step of this sampler leads to: x_{t−1}, or x_{t+1} where it goes from image to noise.
std::string nextSymbol(const recipe::SamplerSpec& spec);

}  // namespace diffuscope::explain
