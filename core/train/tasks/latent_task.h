// SPDX-License-Identifier: GPL-3.0-or-later
// Trains a U-Net on the latents of captioned pictures: latent diffusion from text (Rombach et al. 2022).
#pragma once

#include "core/denoise/prediction_target.h"
#include "core/model/autoencoder/autoencoder.h"
#include "core/model/unet/unet.h"
#include "core/schedule/noise_schedule.h"
#include "core/train/data/captioned_images.h"
#include "core/train/tasks/level_table.h"
#include "core/train/tasks/replicas.h"
#include "core/train/tasks/text_batches.h"
#include "core/train/tasks/training_task.h"

#include <memory>
#include <string>
#include <vector>

namespace diffuscope::train {

/// Gives the options what the pictures and the autoencoder in options.autoencoderFolder determine: the words,
/// and a network of the latents' size. Throws Error.
void fitToLatents(TrainingOptions& options, const CaptionedImages& images);

class LatentTask : public TrainingTask
{
public:
    /// Encodes all pictures with the autoencoder of options.autoencoderFolder first. Throws Error where that
    /// cannot be read, makes latents of another size than the network's, or is another one than the options
    /// were fitted to.
    LatentTask(std::shared_ptr<const CaptionedImages> images, const TrainingOptions& options, int replicas);

    int replicas() const override { return m_nets.count(); }
    torch::nn::Module& module(int replica) override { return m_nets.module(replica); }
    void prepare(int64_t step) override { m_batch = m_batches->take(step); }
    torch::Tensor loss(int replica) override;
    /// Some prompts, decoded.
    void writePreview(const std::string& path) override;

private:
    TrainingOptions m_options;
    denoise::PredictionTarget m_target;
    schedule::NoiseSchedule m_schedule;
    model::Autoencoder m_autoencoder;
    double m_scale = 1.0;
    Replicas<model::UNet> m_nets;
    LevelTable m_levels;
    std::unique_ptr<TextBatches> m_batches;
    TextBatch m_batch;
    std::vector<std::string> m_previewPrompts;
};

}  // namespace diffuscope::train
