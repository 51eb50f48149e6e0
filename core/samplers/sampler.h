// SPDX-License-Identifier: GPL-3.0-or-later
// A sampler turns the state at one level into the state at the next, written as in its paper.
#pragma once

#include "core/denoise/denoiser.h"
#include "core/samplers/sampler_registry.h"
#include "core/schedule/time_grid.h"

#include <functional>

namespace diffuscope::samplers {

using denoise::Prediction;
using schedule::NoiseLevel;
using torch::Tensor;

/// Everything a sampler may see of a run. It knows nothing of recording, guidance, threads or the network's
/// target.
struct StepContext
{
    NoiseLevel level;  ///< where the state is
    NoiseLevel next;   ///< where it goes; the clean level in the last step
    int index = 0;     ///< 0 … steps − 1
    const schedule::TimeGrid& grid;
    const schedule::NoiseSchedule& schedule;
    /// Evaluates the denoiser; counted and recorded by the run.
    std::function<Prediction(const Tensor& x, const NoiseLevel& level)> denoise;
    /// A fresh N(0, 1) tensor of the state's shape; image k's depends on (seed, k, step, draw) alone.
    std::function<Tensor()> noise;

    int steps() const { return grid.steps(); }
    bool isLast() const { return index + 1 == grid.steps(); }
};

class Sampler
{
public:
    virtual ~Sampler() = default;
    /// The state at `step.next` from the state x [B, …] at `step.level`. Called once a step, in order;
    /// multistep samplers keep their history as members.
    virtual Tensor step(const Tensor& x, const StepContext& step) = 0;
};

/// The sampler of a spec, ready for a run on `grid`: options checked (also against the number of steps)
/// before any network evaluation. Throws Error(invalidOption) that names the option and its range.
std::unique_ptr<Sampler> makeSampler(const recipe::SamplerSpec& spec, const schedule::NoiseSchedule& schedule,
                                     const schedule::TimeGrid& grid);

}  // namespace diffuscope::samplers
