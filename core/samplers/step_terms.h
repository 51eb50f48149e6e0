// SPDX-License-Identifier: GPL-3.0-or-later
// What each step of a sampler is made of: the next state as a sum of coefficient times quantity. No torch in
// here.
#pragma once

#include "core/samplers/sampler_registry.h"
#include "core/schedule/time_grid.h"

#include <vector>

namespace diffuscope::samplers {

/// One quantity of a run.
struct StepQuantity
{
    enum class Kind {
        state,   ///< x at the beginning of `step`
        x0Hat,   ///< of evaluation `index` of `step`
        epsHat,  ///< of evaluation `index` of `step`
        noise,   ///< draw `index` of `step`
        /// without the condition, of evaluation `index` of `step`; the x0Hat where nothing guides
        x0Unconditional,
    };
    Kind kind = Kind::state;
    int step = 0;
    int index = 0;
    /// The level that the quantity is at; of noise, the one that the step leads to.
    schedule::NoiseLevel level{};
    bool operator==(const StepQuantity&) const = default;
};

struct StepTerm
{
    StepQuantity quantity;
    double coefficient = 0;
};

/// The state after a step is the sum of these. Ordered: this step's quantities first, then those of earlier
/// steps (multistep samplers), each as state, x0Hat, epsHat, noise.
using StepTerms = std::vector<StepTerm>;

/// Which values of an evaluation after the first of a step its sampler uses.
struct FurtherValues
{
    bool x0Hat = false;
    bool epsHat = false;
    bool x0Unconditional = false;

    int count() const { return int(x0Hat) + int(epsHat) + int(x0Unconditional); }
};

/// The terms of every step of a run. Every sampler here is linear in states, predictions and noise, so its
/// own code is sent one basis vector a quantity, and what comes out are the coefficients: no second copy of
/// any formula that could differ from the one that samples. An evaluation's two answers count as separate
/// quantities, so the terms are those that the sampler's formula uses.
/// Predictor-correctors go on from a corrected state that is in no record; it is written as the recorded
/// state and what the correction added, so that their terms do not reach back to the start of the run.
/// Empty for samplers whose coefficients depend on the values they see (adaptive step sizes, a learned
/// variance). Throws Error(invalidOption) as makeSampler does.
std::vector<StepTerms> stepTerms(const recipe::SamplerSpec& spec, const schedule::NoiseSchedule& schedule,
                                 const schedule::TimeGrid& grid);

/// What the sampler uses of the evaluations after a step's first: the image, the noise, or both; nothing for
/// samplers that make one evaluation a step, and those whose steps have no terms (see stepTerms()). Read off
/// the terms of a short run. Throws Error(invalidOption) for an unknown id.
FurtherValues furtherValues(const recipe::SamplerSpec& spec);

}  // namespace diffuscope::samplers
