// SPDX-License-Identifier: GPL-3.0-or-later
// The update rule of a sampler as its paper writes it, in a small markup that a view typesets. No torch in
// here.
//
// Markup: x_{t} and x^{2} set scripts, \hat{x} and \bar{α} put a sign over a letter, \sqrt{…} and \frac{…}{…}
// do what they say, \rm{…} is upright text. \xt{…}, \xo{…}, \ep{…} and \nz{…} colour what belongs to the
// state, the clean estimate, the noise estimate and the fresh noise. Letters are set in italics.
#pragma once

#include <string>
#include <vector>

namespace diffuscope::samplers {

/// α, σ are factors of image and noise, λ = log(α/σ), k = σ/α, h = λ_{t−1} − λ_{t}; t − 1 is the level that
/// the step leads to, t + 1 the one visited before, whatever the training times are.
struct SamplerEquation
{
    std::string formula;             ///< x_{t−1} = …
    std::vector<std::string> where;  ///< what the letters in it stand for
    std::string source;              ///< paper and equation
};

}  // namespace diffuscope::samplers
