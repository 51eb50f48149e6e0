// SPDX-License-Identifier: GPL-3.0-or-later
// What an adaptive sampler did between two levels of the grid, read from the levels it evaluated at.
#pragma once

#include "core/record/frame.h"
#include "core/samplers/sampler_registry.h"

namespace diffuscope::explain {

struct AdaptiveSteps
{
    int accepted = 0;  ///< sub-steps that were taken
    int rejected = 0;  ///< and that were tried again shorter
    int evaluations = 0;
    /// The longest and the shortest accepted sub-step in lambda = log(alpha/sigma); 0 where there was none.
    double longest = 0;
    double shortest = 0;
};

/// From the evaluations of a step of this sampler, which must be adaptive.
AdaptiveSteps adaptiveSteps(const record::Frame& frame, const recipe::SamplerSpec& sampler);

}  // namespace diffuscope::explain
