// SPDX-License-Identifier: GPL-3.0-or-later
// Trains a U-Net to predict the noise, the image or the velocity from a noisy image (Ho et al. 2020,
// algorithm 1).
#pragma once

#include "core/denoise/prediction_target.h"
#include "core/model/unet/unet.h"
#include "core/schedule/noise_schedule.h"
#include "core/train/tasks/diffusion_batches.h"
#include "core/train/tasks/level_table.h"
#include "core/train/tasks/replicas.h"
#include "core/train/tasks/training_task.h"

#include <vector>

namespace diffuscope::train {

class DiffusionTask : public TrainingTask
{
public:
    /// The images must have the size that options.network names. Throws Error(invalidOption) otherwise, for
    /// labels outside the classes, or for an unknown target, schedule or precision.
    DiffusionTask(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options, int replicas);

    int replicas() const override { return m_nets.count(); }
    torch::nn::Module& module(int replica) override { return m_nets.module(replica); }
    void prepare(int64_t step) override { m_batch = m_batches.take(step); }
    torch::Tensor loss(int replica) override;
    void writePreview(const std::string& path) override;

    model::UNet& net() { return m_nets[0]; }

private:
    TrainingOptions m_options;
    denoise::PredictionTarget m_target;
    schedule::NoiseSchedule m_schedule;
    Replicas<model::UNet> m_nets;
    LevelTable m_levels;
    DiffusionBatches m_batches;
    DiffusionBatch m_batch;
};

}  // namespace diffuscope::train
