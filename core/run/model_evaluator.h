// SPDX-License-Identifier: GPL-3.0-or-later
// The evaluator of a model: its denoiser, its attention and its decoder.
#pragma once

#include "core/denoise/denoiser.h"
#include "core/model/model.h"
#include "core/run/evaluator.h"

#include <functional>
#include <memory>

namespace diffuscope::run {

/// Everything that an evaluator asks.
struct EvaluatorParts
{
    std::shared_ptr<model::Model> model;
    schedule::NoiseSchedule schedule;
    std::unique_ptr<denoise::Denoiser> denoiser;  ///< guided and clipped
    recipe::Condition condition{};
    /// Where the network looks for each word; null where it reads none.
    std::function<record::TextAttention(const torch::Tensor& x, const schedule::NoiseLevel& level)>
        attention{};
    torch::Device device = torch::kCPU;
    /// What the denoiser looks at in the middle of an evaluation.
    std::shared_ptr<std::stop_token> stop{};
};

std::unique_ptr<Evaluator> makeEvaluator(EvaluatorParts parts);

}  // namespace diffuscope::run
