// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tasks/diffusion_loss.h"

#include "core/base/error.h"

namespace diffuscope::train {

using denoise::PredictionTarget;

PredictionTarget trainableTarget(const std::string& name)
{
    const PredictionTarget target = denoise::predictionTarget(name);
    if (target == PredictionTarget::edm) {
        throw Error(ErrorCode::invalidOption, "The trainer has no target \"" + name + "\".",
                    "Use eps, x0, v or flow.");
    }
    return target;
}

torch::Tensor targetOf(PredictionTarget target, const torch::Tensor& x0, const torch::Tensor& eps,
                       const torch::Tensor& alpha, const torch::Tensor& sigma)
{
    if (target == PredictionTarget::eps)
        return eps;
    if (target == PredictionTarget::flow)
        return eps - x0;
    return target == PredictionTarget::x0 ? x0 : alpha * eps - sigma * x0;
}

}  // namespace diffuscope::train
