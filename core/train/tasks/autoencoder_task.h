// SPDX-License-Identifier: GPL-3.0-or-later
// Trains an autoencoder of pictures, and makes the latents that a diffusion model is trained on.
#pragma once

#include "core/model/autoencoder/autoencoder.h"
#include "core/train/data/captioned_images.h"
#include "core/train/tasks/batch_parts.h"
#include "core/train/tasks/replicas.h"
#include "core/train/tasks/training_task.h"

#include <memory>
#include <vector>

namespace diffuscope::train {

class AutoencoderTask : public TrainingTask
{
public:
    /// Draws from the pictures of `indices`. Throws Error(invalidOption) where they have another size than
    /// options.autoencoder.
    AutoencoderTask(std::shared_ptr<const CaptionedImages> images, std::vector<uint32_t> indices,
                    const TrainingOptions& options, int replicas);

    int replicas() const override { return m_nets.count(); }
    torch::nn::Module& module(int replica) override { return m_nets.module(replica); }
    void prepare(int64_t step) override { m_batch = m_queue.take(step); }
    /// |error| + error², both as means over values, + options.regularity times the latents' own term.
    torch::Tensor loss(int replica) override;
    /// A row of pictures, and below what becomes of them.
    void writePreview(const std::string& path) override;

private:
    std::shared_ptr<const CaptionedImages> m_images;
    std::vector<uint32_t> m_indices;
    TrainingOptions m_options;
    Replicas<model::Autoencoder> m_nets;
    EpochOrder m_order;
    BatchQueue<BatchParts> m_queue;  // its thread uses the members above
    BatchParts m_batch;
};

/// The autoencoder of the training in this folder, with its averaged weights. Throws Error.
model::Autoencoder loadTrainedAutoencoder(const std::string& folder);

/// Pictures as [B, C, H, W] float32 in [-1, 1].
torch::Tensor picturesAt(const CaptionedImages& images, const std::vector<uint32_t>& indices);

/// 10 log10(4 / mean squared error) of pictures in [-1, 1] that went through the autoencoder, clamped to that
/// range; in decibels, as the mean over pictures of their own.
double reconstructionPsnr(model::Autoencoder& autoencoder, const CaptionedImages& images,
                          const std::vector<uint32_t>& indices);

/// The latents of all pictures, divided by their standard deviation over all of them, and that scale.
struct ScaledLatents
{
    torch::Tensor values;  ///< [count, L, s, s] float32
    double scale = 1.0;    ///< latents times this are what the diffusion model sees
};
ScaledLatents latentsOf(model::Autoencoder& autoencoder, const CaptionedImages& images);

}  // namespace diffuscope::train
