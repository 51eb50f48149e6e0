// SPDX-License-Identifier: GPL-3.0-or-later
// Euler's steps along a learned velocity.
#include "core/train/points/rectified_flow.h"

#include "core/base/error.h"
#include "core/random/philox.h"

#include <cmath>

namespace diffuscope::train {

namespace {

constexpr int fineSteps = 128;

void requireFlow(const model::LearnedField& field, int steps)
{
    if (field.target() != denoise::PredictionTarget::flow)
        throw Error(ErrorCode::invalidOption, "The network was not trained to say a velocity.",
                    "Train it with the target flow on the schedule rectified_flow.");
    if (steps < 1)
        throw Error(ErrorCode::invalidOption, "A flow takes at least one step.", "Take 64 steps.");
}

/// The velocity eps − x0 at the share u of noise, alpha = 1 − u.
std::vector<double> velocityAt(const model::LearnedField& field, std::span<const double> x, double u,
                               int threads)
{
    const schedule::NoiseLevel level = field.schedule().levelOfNoiseToSignal(u / (1 - u));
    const schedule::NoiseLevel asked = u == 1 ? field.schedule().level(field.schedule().levels() - 1)
                                              : schedule::NoiseLevel{level.t, 1 - u, u};
    std::vector<double> clean(x.size()), noise(x.size());
    field.estimate(asked, x, clean.data(), noise.data(), -1, threads);
    for (std::size_t i = 0; i < noise.size(); ++i)
        noise[i] -= clean[i];
    return noise;
}

double meanDistance(std::span<const double> a, std::span<const double> b, std::size_t dimensions)
{
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); k += dimensions) {
        double square = 0;
        for (std::size_t d = 0; d < dimensions; ++d)
            square += (a[k + d] - b[k + d]) * (a[k + d] - b[k + d]);
        sum += std::sqrt(square);
    }
    return sum * double(dimensions) / double(a.size());
}

}  // namespace

std::vector<double> flowNoises(std::size_t count, int dimensions, std::uint64_t seed)
{
    std::vector<double> noises(count * std::size_t(dimensions));
    for (std::size_t k = 0; k < count; ++k)
        random::fillNormal({seed, std::uint32_t(k), random::NormalStream::initialNoise, 0},
                           std::span(noises).subspan(k * std::size_t(dimensions), std::size_t(dimensions)));
    return noises;
}

std::vector<double> flowEnds(const model::LearnedField& field, std::span<const double> noises, int steps,
                             int threads)
{
    requireFlow(field, steps);
    std::vector<double> x(noises.begin(), noises.end());
    for (int i = 0; i < steps; ++i) {
        const std::vector<double> velocity = velocityAt(field, x, 1 - double(i) / steps, threads);
        for (std::size_t k = 0; k < x.size(); ++k)
            x[k] -= velocity[k] / steps;
    }
    return x;
}

FlowQuality flowQuality(const model::LearnedField& field, std::size_t count, std::uint64_t seed, int threads)
{
    requireFlow(field, fineSteps);
    const auto dimensions = std::size_t(field.dimensions());
    const std::vector<double> noises = flowNoises(count, field.dimensions(), seed);
    const std::vector<double> ends = flowEnds(field, noises, fineSteps, threads);
    FlowQuality quality;
    std::vector<double> x = noises;
    for (int i = 0; i < fineSteps; ++i) {
        const std::vector<double> velocity = velocityAt(field, x, 1 - double(i) / fineSteps, threads);
        for (std::size_t k = 0; k < x.size(); ++k) {
            quality.straightness +=
                std::pow(noises[k] - ends[k] - velocity[k], 2) / (double(count) * fineSteps);
            x[k] -= velocity[k] / fineSteps;
        }
    }
    for (std::size_t i = 0; i < quality.stepError.size(); ++i)
        quality.stepError[i] = meanDistance(flowEnds(field, noises, 1 << i, threads), ends, dimensions);
    return quality;
}

TrainingPoints reflowPoints(const model::LearnedField& field, std::size_t count, std::uint64_t seed,
                            int steps, bool onlyNoisiest, int threads)
{
    TrainingPoints result;
    result.noises = flowNoises(count, field.dimensions(), seed);
    result.onlyNoisiest = onlyNoisiest;
    result.points.dimensions = field.dimensions();
    result.points.values = flowEnds(field, result.noises, steps, threads);
    result.points.labels.assign(count, -1);
    return result;
}

}  // namespace diffuscope::train
