// SPDX-License-Identifier: GPL-3.0-or-later
// The noise levels that a training draws from, as tables on its device.
#pragma once

#include "core/schedule/noise_schedule.h"
#include "core/train/loop/training_options.h"

#include <torch/types.h>

namespace diffuscope::train {

/// The schedule that the options name. Throws Error(invalidOption).
schedule::NoiseSchedule trainingSchedule(const TrainingOptions& options);

/// alpha and sigma of every level of a schedule, [levels] float32.
struct LevelTable
{
    LevelTable(const schedule::NoiseSchedule& schedule, const torch::Device& device);

    /// alpha or sigma at times t [B] int64, as [B, 1, 1, 1] to go with images.
    torch::Tensor alphaAt(const torch::Tensor& t) const
    {
        return alpha.index_select(0, t).view({-1, 1, 1, 1});
    }
    torch::Tensor sigmaAt(const torch::Tensor& t) const
    {
        return sigma.index_select(0, t).view({-1, 1, 1, 1});
    }

    torch::Tensor alpha;
    torch::Tensor sigma;
};

}  // namespace diffuscope::train
