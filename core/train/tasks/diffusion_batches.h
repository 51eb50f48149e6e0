// SPDX-License-Identifier: GPL-3.0-or-later
// The batches of a class-conditional diffusion training: images, times, noise and classes as a function of
// (seed, step).
#pragma once

#include "core/train/data/idx.h"
#include "core/train/tasks/batch_parts.h"

#include <memory>

namespace diffuscope::train {

struct DiffusionBatch : BatchParts
{
    torch::Tensor classIds;  ///< [B] int64; dropped conditions have the null class
};

class DiffusionBatches
{
public:
    DiffusionBatches(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options);

    /// The batch of this step; the next one is prepared meanwhile on another thread.
    DiffusionBatch take(int64_t step) { return m_queue.take(step); }

private:
    DiffusionBatch make(int64_t step);

    std::shared_ptr<const LabelledImages> m_images;
    TrainingOptions m_options;
    EpochOrder m_order;
    BatchQueue<DiffusionBatch> m_queue;  // last: its thread uses the members above
};

}  // namespace diffuscope::train
