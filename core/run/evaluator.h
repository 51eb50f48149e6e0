// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the model of a recipe outside a run: what it predicts of any state at any level, where it looks, and
// what picture a latent is. No torch in here.
#pragma once

#include "core/model/network_layout.h"
#include "core/record/frame.h"
#include "core/record/text_attention.h"
#include "core/schedule/noise_schedule.h"

#include <stop_token>
#include <vector>

namespace diffuscope::run {

/// Values [batch, channels, height, width], row by row, in double.
struct StateBatch
{
    record::BatchShape shape{};
    std::vector<double> values{};
};

/// What a model says of a state; each of the state's shape. The score of the noised data is −epsHat / sigma.
struct StatePrediction
{
    std::vector<double> x0Hat{};
    std::vector<double> epsHat{};
};

/// One thread uses one evaluator, the thread of the factory that opened it.
class Evaluator
{
public:
    virtual ~Evaluator() = default;

    /// That the recipe samples on.
    virtual const schedule::NoiseSchedule& schedule() const = 0;
    /// One sample of the model; its batch is 1.
    virtual record::BatchShape sampleShape() const = 0;

    /// As a run of the recipe would be told, guided and clipped: x = alpha·x0Hat + sigma·epsHat. Sample k has
    /// the recipe's condition of k. Exact models answer in float64, networks in float32. Throws
    /// Error(invalidOption) for a state of another shape, Error(notFinite), Cancelled.
    virtual StatePrediction predict(const StateBatch& x, const schedule::NoiseLevel& level,
                                    const std::stop_token& stop = {}) = 0;

    /// What the model's network is made of; without parts where it cannot be taken apart.
    virtual model::NetworkLayout network() const { return {}; }

    /// The pictures of latents; of other samples the samples themselves. Throws Cancelled.
    virtual StateBatch decode(const StateBatch& samples, const std::stop_token& stop = {}) = 0;

    /// Where the network looks for each word at a frame of a run of this recipe: one evaluation. Empty for
    /// models without text, and for an empty prompt.
    virtual record::TextAttention attention(const record::Frame& frame) = 0;
};

}  // namespace diffuscope::run
