// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/denoise/target_adapter.h"

#include "core/base/error.h"
#include "core/denoise/elementwise.h"

#include <torch/types.h>

#include <cmath>

namespace diffuscope::denoise {

namespace {

/// The factors of Karras 2022, table 1, in terms of s = sigma/alpha.
struct EdmFactors
{
    double skip;
    double out;
    double in;
};

EdmFactors edmFactors(const schedule::NoiseLevel& level)
{
    const double s = level.noiseToSignal();
    const double variance = s * s + edmDataStd * edmDataStd;
    return {edmDataStd * edmDataStd / variance, s * edmDataStd / std::sqrt(variance),
            1 / std::sqrt(variance)};
}

void requireSignal(PredictionTarget target, const schedule::NoiseLevel& level)
{
    if (level.alpha > 0)
        return;
    throw Error(ErrorCode::invalidOption,
                "A network that predicts " + toString(target) +
                    " says nothing of the image at a level without signal (alpha = 0).",
                "Use a schedule without zero terminal SNR, or a model that predicts v or x0.");
}

/// (x − factor·y)/divisor and (factor·x + other·y)/divisor, the two forms of all that follow.
constexpr auto difference = [](const auto& x, const auto& y, auto factor, auto divisor) {
    return (x - factor * y) / divisor;
};
constexpr auto weightedSum = [](const auto& x, const auto& y, auto xFactor, auto yFactor, auto divisor) {
    return (xFactor * x + yFactor * y) / divisor;
};

}  // namespace

Tensor noiseIn(const Tensor& x, const Tensor& x0Hat, const schedule::NoiseLevel& level)
{
    if (level.isClean())
        return torch::zeros_like(x);
    return elementwise(difference, x, x0Hat, level.alpha, level.sigma);
}

Prediction predictionFrom(PredictionTarget target, const Tensor& output, const Tensor& x,
                          const schedule::NoiseLevel& level)
{
    const double alpha = level.alpha;
    const double sigma = level.sigma;
    switch (target) {
        case PredictionTarget::eps:
            requireSignal(target, level);
            return {.x0Hat = elementwise(difference, x, output, sigma, alpha), .epsHat = output};
        case PredictionTarget::x0:
            return {.x0Hat = output, .epsHat = noiseIn(x, output, level)};
        case PredictionTarget::v: {
            const double power = alpha * alpha + sigma * sigma;
            return {.x0Hat = elementwise(weightedSum, x, output, alpha, -sigma, power),
                    .epsHat = elementwise(weightedSum, x, output, sigma, alpha, power)};
        }
        case PredictionTarget::flow: {
            const double sum = alpha + sigma;
            return {.x0Hat = elementwise(difference, x, output, sigma, sum),
                    .epsHat = elementwise(difference, x, output, -alpha, sum)};
        }
        case PredictionTarget::edm: {
            requireSignal(target, level);
            const EdmFactors c = edmFactors(level);
            const Tensor x0 = elementwise(weightedSum, x, output, c.skip / alpha, c.out, 1.0);
            return {.x0Hat = x0, .epsHat = noiseIn(x, x0, level)};
        }
    }
    throw Error(ErrorCode::internal, "There is no such prediction target.");
}

Tensor targetOutput(PredictionTarget target, const Tensor& x0, const Tensor& eps,
                    const schedule::NoiseLevel& level)
{
    switch (target) {
        case PredictionTarget::eps:
            return eps;
        case PredictionTarget::x0:
            return x0;
        case PredictionTarget::v:
            return level.alpha * eps - level.sigma * x0;
        case PredictionTarget::flow:
            return eps - x0;
        case PredictionTarget::edm: {
            requireSignal(target, level);
            const EdmFactors c = edmFactors(level);
            if (level.isClean())
                throw Error(ErrorCode::invalidOption, "The edm target does not exist at the clean level.",
                            "Use a level with sigma > 0.");
            return (x0 - c.skip * (x0 + level.noiseToSignal() * eps)) / c.out;
        }
    }
    throw Error(ErrorCode::internal, "There is no such prediction target.");
}

double inputScale(PredictionTarget target, const schedule::NoiseLevel& level)
{
    if (target != PredictionTarget::edm)
        return 1;
    requireSignal(target, level);
    return edmFactors(level).in / level.alpha;
}

}  // namespace diffuscope::denoise
