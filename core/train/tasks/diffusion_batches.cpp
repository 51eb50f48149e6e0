// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tasks/diffusion_batches.h"

#include <utility>

namespace diffuscope::train {

DiffusionBatches::DiffusionBatches(std::shared_ptr<const LabelledImages> images,
                                   const TrainingOptions& options)
    : m_images(std::move(images)),
      m_options(options),
      m_order(options.seed, static_cast<uint32_t>(m_images->count)),
      m_queue(options.optimizer.steps, [this](int64_t step) { return make(step); })
{
}

DiffusionBatch DiffusionBatches::make(int64_t step)
{
    const PixelSource source{&m_images->pixels, 1, m_images->height, m_images->width};
    const int64_t size = m_options.optimizer.batch;
    DiffusionBatch batch{
        batchParts(source, m_options, step, [this](uint64_t position) { return m_order.at(position); }),
        torch::empty({size}, torch::kInt64)};
    for (int64_t k = 0; k < size; ++k) {
        const uint64_t position = positionOf(m_options, step, k);
        batch.classIds.data_ptr<int64_t>()[k] = isConditionDropped(m_options, position)
                                                    ? m_options.network.classes
                                                    : m_images->labels[m_order.at(position)];
    }
    return batch;
}

}  // namespace diffuscope::train
