// SPDX-License-Identifier: GPL-3.0-or-later
// The exact oracle of the golden tests, and a run through it.
#pragma once

#include "core/denoise/gaussian_mixture.h"
#include "core/run/noise_source.h"
#include "core/run/sampling_loop.h"

namespace diffuscope::golden {

/// Three Gaussians in the plane, the mixture of the reference trajectories.
inline denoise::GaussianMixture mixture()
{
    return {.means = torch::tensor({1.0, 0.5, -0.8, 0.9, 0.1, -1.1}, torch::kDouble).view({3, 2}),
            .weights = torch::tensor({0.5, 0.3, 0.2}, torch::kDouble),
            .std = 0.25};
}

/// The result [count, 2] of a run from seeded noise, in double.
inline torch::Tensor sampled(const recipe::SamplerSpec& spec, const schedule::NoiseSchedule& schedule,
                             const schedule::TimeGrid& grid, int count, std::uint64_t seed = 1)
{
    denoise::GaussianMixtureDenoiser oracle(mixture());
    const auto sampler = samplers::makeSampler(spec, schedule, grid);
    run::SeededNoise noise(seed);
    const torch::Tensor start =
        run::initialState(noise.initial({count, 2}, torch::TensorOptions(torch::kDouble)), grid[0]);
    run::SamplingLoop loop({oracle, *sampler, schedule, grid, noise, {}}, start);
    while (!loop.isDone())
        loop.advance();
    return loop.state();
}

}  // namespace diffuscope::golden
