// SPDX-License-Identifier: GPL-3.0-or-later
// Trains a text-conditional U-Net (Ho et al. 2020, algorithm 1, with captions as conditions that are dropped
// at random, Ho & Salimans 2022, algorithm 1).
#pragma once

#include "core/denoise/prediction_target.h"
#include "core/measure/generation.h"
#include "core/model/unet/unet.h"
#include "core/schedule/noise_schedule.h"
#include "core/train/tasks/level_table.h"
#include "core/train/tasks/replicas.h"
#include "core/train/tasks/text_batches.h"
#include "core/train/tasks/training_task.h"

#include <string>
#include <vector>

namespace diffuscope::train {

/// Completes the options of a training on these images: the network's channels, size and vocabulary.
void fitToImages(TrainingOptions& options, const CaptionedImages& images);

class TextDiffusionTask : public TrainingTask
{
public:
    /// Trains on splitOf(images, options.heldOut).train. Throws Error(invalidOption) where the images are not
    /// of the size that options.network names, and for an unknown target, schedule or precision.
    TextDiffusionTask(std::shared_ptr<const CaptionedImages> images, const TrainingOptions& options,
                      int replicas);

    int replicas() const override { return m_nets.count(); }
    torch::nn::Module& module(int replica) override { return m_nets.module(replica); }
    void prepare(int64_t step) override { m_batch = m_batches.take(step); }
    torch::Tensor loss(int replica) override;
    /// A row for each of a few prompts of the data, the first without any.
    void writePreview(const std::string& path) override;

    model::UNet& net() { return m_nets[0]; }

private:
    TrainingOptions m_options;
    denoise::PredictionTarget m_target;
    schedule::NoiseSchedule m_schedule;
    Replicas<model::UNet> m_nets;
    LevelTable m_levels;
    std::vector<std::string> m_previewPrompts;
    TextBatches m_batches;
    TextBatch m_batch;
};

}  // namespace diffuscope::train
