// SPDX-License-Identifier: GPL-3.0-or-later
// A trained network as a denoiser: asks it at the level it knows, in the scale it knows, and checks its
// answer.
#pragma once

#include "core/denoise/denoiser.h"
#include "core/denoise/prediction_target.h"
#include "core/schedule/noise_schedule.h"

#include <functional>
#include <string>

namespace diffuscope::denoise {

/// A network and what it was trained for.
struct TrainedNetwork
{
    std::string name;  ///< as it is called in messages
    /// The raw output [B, …] float32 for x [B, …] float32, t [B] float32 and classIds [B] int64.
    std::function<Tensor(const Tensor& x, const Tensor& t, const Tensor& classIds)> forward;
    PredictionTarget target = PredictionTarget::eps;
    schedule::NoiseSchedule schedule;  ///< that it was trained on
    /// Classes 0 … classes − 1 are conditions, the id `classes` is the null class. Of a network that reads
    /// text they are the numbers of texts.
    int classes = 0;
    torch::Device device = torch::kCPU;
    /// The levels it will be asked for are of `schedule` itself: it is told their own times, also where a
    /// grid rounds them as other programs do.
    bool isSampledOnOwnSchedule = false;
};

class NetworkDenoiser final : public Denoiser
{
public:
    explicit NetworkDenoiser(TrainedNetwork network);

    /// The level is one of the sampling schedule. Where that is not the training schedule, the network is
    /// told the time at which it knew the same sigma/alpha, and sees the state in its own scale. Computes in
    /// float32, answers in the type of x. Throws Error(invalidOption) for a class that the network does not
    /// have, Error(notFinite).
    Prediction predict(const Tensor& x, const schedule::NoiseLevel& level,
                       const recipe::Condition& condition) override;

    /// The level of the training schedule with the same sigma/alpha: level.t is kept where both schedules
    /// agree on it, and where they are one.
    schedule::NoiseLevel trainingLevel(const schedule::NoiseLevel& level) const;

private:
    Tensor classIds(const recipe::Condition& condition, std::int64_t batch) const;

    TrainedNetwork m_network;
};

}  // namespace diffuscope::denoise
