// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/samplers/adaptive.h"

#include "core/base/error.h"

#include <torch/types.h>

#include <cmath>

namespace diffuscope::samplers {

namespace {

double worstImage(const Tensor& ratio)
{
    return ratio.flatten(1).square().mean(1).sqrt().max().item<double>();
}

}  // namespace

double errorNorm(const Tensor& error, const Tensor& a, const Tensor& b, Tolerance tolerance)
{
    return worstImage(error / (tolerance.absolute + tolerance.relative * torch::max(a.abs(), b.abs())));
}

double errorNormOfMaximum(const Tensor& error, const Tensor& a, const Tensor& b, Tolerance tolerance)
{
    return worstImage(error /
                      (tolerance.relative * torch::max(a.abs(), b.abs())).clamp_min(tolerance.absolute));
}

void checkProgress(const std::string& sampler, double h)
{
    if (std::abs(h) >= 1e-7)
        return;
    throw Error(ErrorCode::invalidOption,
                "Sampler " + sampler + " cannot reach its tolerance: the network's own rounding is larger.",
                "Set \"rtol\" and \"atol\" higher.");
}

NoiseLevel levelOfLambda(const schedule::NoiseSchedule& schedule, double lambda)
{
    return schedule.levelOfNoiseToSignal(std::exp(-lambda));
}

NoiseLevel lastNoisyLevel(const StepContext& step)
{
    if (!step.next.isClean())
        return step.next;
    const NoiseLevel least = step.schedule.level(0);
    return least.noiseToSignal() < step.level.noiseToSignal() ? least : step.level;
}

}  // namespace diffuscope::samplers
