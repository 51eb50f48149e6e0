// The batches of a diffusion training: images, times, noise and classes as a function of (seed, step).
#pragma once

#include "core/train/counter_random.h"
#include "core/train/idx.h"
#include "core/train/training_options.h"

#include <torch/types.h>

#include <future>
#include <memory>

namespace diffuscope::train {

struct DiffusionBatch
{
    int64_t step = 0;
    torch::Tensor x0;        // [B, 1, H, W] float32 in [-1, 1]
    torch::Tensor eps;       // [B, 1, H, W] float32, standard normal
    torch::Tensor t;         // [B] int64 in [0, levels)
    torch::Tensor classIds;  // [B] int64; dropped conditions have the null class
};

class DiffusionBatches
{
public:
    DiffusionBatches(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options);

    /// The batch of this step; the next one is prepared meanwhile on another thread.
    DiffusionBatch take(int64_t step);

private:
    DiffusionBatch make(int64_t step);
    void fillImage(float* target, uint32_t image, bool mirrored) const;

    std::shared_ptr<const LabelledImages> m_images;
    TrainingOptions m_options;
    EpochOrder m_order;
    std::future<DiffusionBatch> m_next;  // last: its thread uses the members above
};

}  // namespace diffuscope::train
