// SPDX-License-Identifier: GPL-3.0-or-later
// What samplers of the CFG++ family read of a prediction: the guided image and the one without the condition.
#pragma once

#include "core/samplers/sampler.h"

namespace diffuscope::samplers {

/// The estimate without the condition, at the strength of which the state is renoised (Chung et al. 2024,
/// CFG++, arXiv 2406.08070); the only estimate there is where nothing guides.
inline const Tensor& unconditionalImage(const Prediction& prediction)
{
    return prediction.x0HatUnconditional.defined() ? prediction.x0HatUnconditional : prediction.x0Hat;
}

}  // namespace diffuscope::samplers
