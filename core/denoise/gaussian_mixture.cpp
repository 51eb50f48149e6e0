// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/denoise/gaussian_mixture.h"

#include "core/base/error.h"
#include "core/random/philox.h"

#include <torch/types.h>

#include <cmath>
#include <span>

namespace diffuscope::denoise {

namespace {

void check(const GaussianMixture& mixture)
{
    const bool shapesFit = mixture.means.dim() == 2 && mixture.weights.dim() == 1 &&
                           mixture.means.size(0) == mixture.weights.size(0) && mixture.means.size(0) > 0;
    if (!shapesFit)
        throw Error(ErrorCode::invalidOption, "A Gaussian mixture needs means [K, D] and weights [K].",
                    "Give as many weights as means.");
    if (!(mixture.std > 0) || !std::isfinite(mixture.std))
        throw Error(ErrorCode::invalidOption, "The standard deviation of a Gaussian mixture must be above 0.",
                    "Set it above 0.");
    const bool weightsFit =
        mixture.weights.gt(0).all().item<bool>() && std::abs(mixture.weights.sum().item<double>() - 1) < 1e-6;
    if (!weightsFit)
        throw Error(ErrorCode::invalidOption,
                    "The weights of a Gaussian mixture must be above 0 and sum to 1.",
                    "Divide the weights by their sum.");
}

/// 0 for the components that image k may come from, −inf for the others, [B, K].
Tensor logAllowed(const recipe::Condition& condition, std::int64_t batch, std::int64_t components)
{
    Tensor mask = torch::zeros({batch, components}, torch::kDouble);
    for (std::int64_t k = 0; k < batch; ++k) {
        const int component = condition.classOf(int(k));
        if (component < 0)
            continue;
        if (component >= components)
            throw Error(ErrorCode::invalidOption,
                        "There is no class " + std::to_string(component) + "; the mixture has 0 to " +
                            std::to_string(components - 1) + ".",
                        "Choose a class from 0 to " + std::to_string(components - 1) + ".");
        mask[k].fill_(-HUGE_VAL);
        mask[k][component] = 0;
    }
    return mask;
}

}  // namespace

Tensor GaussianMixture::sample(int count, std::uint64_t seed) const
{
    check(*this);
    const Tensor cumulative = weights.to(torch::kDouble).cumsum(0).contiguous();
    const double* sums = cumulative.data_ptr<double>();
    const std::int64_t components = means.size(0);
    const std::int64_t dimensions = means.size(1);
    Tensor noise = torch::empty({count, dimensions}, torch::kDouble);
    Tensor component = torch::empty({count}, torch::kLong);
    for (int k = 0; k < count; ++k) {
        const random::NormalStream stream{seed, std::uint32_t(k), random::NormalStream::oracleData, 0};
        random::fillNormal(stream,
                           std::span(noise.data_ptr<double>() + k * dimensions, std::size_t(dimensions)));
        const double u = random::uniform(stream, 0);
        std::int64_t chosen = 0;
        while (chosen + 1 < components && u >= sums[chosen])
            ++chosen;
        component.data_ptr<std::int64_t>()[k] = chosen;
    }
    return means.to(torch::kDouble).index_select(0, component) + std * noise;
}

GaussianMixtureDenoiser::GaussianMixtureDenoiser(GaussianMixture mixture) : m_mixture(std::move(mixture))
{
    check(m_mixture);
}

Prediction GaussianMixtureDenoiser::predict(const Tensor& x, const schedule::NoiseLevel& level,
                                            const recipe::Condition& condition)
{
    const double dataVariance = m_mixture.std * m_mixture.std;
    const double var = level.alpha * level.alpha * dataVariance + level.sigma * level.sigma;
    const Tensor means = m_mixture.means.to(x.options());
    const Tensor offset = x.unsqueeze(1) - level.alpha * means;  // [B, K, D]
    Tensor logits = m_mixture.weights.to(x.options()).log() - offset.square().sum(-1) / (2 * var);
    if (!condition.isNone())
        logits = logits + logAllowed(condition, x.size(0), means.size(0)).to(x.options());
    const Tensor responsibility = logits.softmax(1).unsqueeze(2);  // [B, K, 1]
    const Tensor meanOffset = (responsibility * offset).sum(1);    // [B, D]
    return {.x0Hat = (responsibility * means).sum(1) + (level.alpha * dataVariance / var) * meanOffset,
            .epsHat = (level.sigma / var) * meanOffset};
}

}  // namespace diffuscope::denoise
