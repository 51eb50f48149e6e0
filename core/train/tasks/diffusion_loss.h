// SPDX-License-Identifier: GPL-3.0-or-later
// What a network is trained to predict.
#pragma once

#include "core/denoise/prediction_target.h"

#include <torch/types.h>

#include <string>

namespace diffuscope::train {

/// The target of this name, of those that a training can have: eps, x0, v or flow. Throws
/// Error(invalidOption).
denoise::PredictionTarget trainableTarget(const std::string& name);

/// The quantity itself, of the shape of x0, with v of Salimans & Ho 2022, appendix D: alpha·eps − sigma·x0;
/// the flow is eps − x0 (Liu et al. 2023).
torch::Tensor targetOf(denoise::PredictionTarget target, const torch::Tensor& x0, const torch::Tensor& eps,
                       const torch::Tensor& alpha, const torch::Tensor& sigma);

}  // namespace diffuscope::train
