// SPDX-License-Identifier: GPL-3.0-or-later
// Generates many images with a network in batches, without recording: for previews and quality figures.
#pragma once

#include "core/denoise/denoiser.h"
#include "core/denoise/prediction_target.h"
#include "core/model/model.h"
#include "core/samplers/sampler_registry.h"
#include "core/schedule/time_grid.h"

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace diffuscope::measure {

struct GenerationRequest
{
    std::vector<int> classes;  ///< one an image; −1 for none. Of a network with text the prompt's number
    recipe::SamplerSpec sampler{};
    schedule::GridSpec grid{};
    int steps = 50;
    double guidance = 1.0;
    std::uint64_t seed = 1;
    int batch = 125;
    /// Batches that are computed at the same time, each on a thread of its own.
    int workers = 1;
    std::function<void(int done)> onProgress{};  ///< after each batch, one call at a time
};

/// A model with what it was trained for.
struct GeneratingNetwork
{
    std::shared_ptr<model::Model> model;
    denoise::PredictionTarget target = denoise::PredictionTarget::eps;
    schedule::NoiseSchedule schedule;
    model::EncodedCondition texts{};  ///< of a model that reads text: see textsOf()
};

/// A model with what its card says of its training.
GeneratingNetwork generatingNetwork(std::shared_ptr<model::Model> model);

/// What the model is told of each prompt, and in the last row of none. Throws Error(invalidOption) for a
/// prompt that it cannot read.
model::EncodedCondition textsOf(model::Model& model, const std::vector<std::string>& prompts);

/// The network as a denoiser in its present precision, whose classes are its texts where it has text, without
/// guidance and clipping. `name` is for messages.
/// A student of few steps needs the grid that it is asked on, by reference until it is gone.
std::unique_ptr<denoise::Denoiser> makeDenoiser(const GeneratingNetwork& network, const std::string& name,
                                                const schedule::TimeGrid* grid = nullptr);

/// [classes.size(), C, H, W] float32 on the CPU, clamped to [-1, 1]; x0Hat is clipped to that range in every
/// step. Latents are decoded, and not clipped on the way. The noise of image k comes from (seed, k) alone,
/// whatever the batch. Throws Error.
torch::Tensor generate(const GeneratingNetwork& network, const GenerationRequest& request);

}  // namespace diffuscope::measure
