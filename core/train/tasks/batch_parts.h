// SPDX-License-Identifier: GPL-3.0-or-later
// What the batches of all diffusion trainings have in common: images, noise and times as a function of (seed,
// step), made ready while the step before is computed.
#pragma once

#include "core/train/data/counter_random.h"
#include "core/train/loop/training_options.h"

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <future>
#include <utility>

namespace diffuscope::train {

struct BatchParts
{
    int64_t step = 0;
    torch::Tensor x0;   ///< [B, C, H, W] float32 in [-1, 1]
    torch::Tensor eps;  ///< [B, C, H, W] float32, standard normal
    torch::Tensor t;    ///< [B] int64 in [0, levels)
};

/// The pixels of a data set, [count, channels, height, width], 0 … 255, or latents in their place.
struct PixelSource
{
    const std::vector<uint8_t>* pixels;
    int64_t channels = 1, height = 0, width = 0;
    const float* latents = nullptr;  ///< of the same shape; taken as they are
};

/// Where image k of a step's batch comes in the whole training.
inline uint64_t positionOf(const TrainingOptions& options, int64_t step, int64_t k)
{
    return static_cast<uint64_t>(step * options.optimizer.batch + k);
}

/// The images of a step, mirrored at random if options.flip; imageAt(position) is an image of the data set.
BatchParts batchParts(const PixelSource& source, const TrainingOptions& options, int64_t step,
                      const std::function<uint32_t(uint64_t position)>& imageAt);

/// Whether the image at a position is shown without its condition (Ho & Salimans 2022, algorithm 1).
bool isConditionDropped(const TrainingOptions& options, uint64_t position);

/// Makes the batch of the next step on another thread. `Batch` has a member `step`, and x0 once it is made.
template <typename Batch>
class BatchQueue
{
public:
    /// make(step) is called by one thread at a time, and not beyond `steps`.
    BatchQueue(int64_t steps, std::function<Batch(int64_t step)> make)
        : m_steps(steps), m_make(std::move(make))
    {
    }
    BatchQueue(const BatchQueue&) = delete;
    BatchQueue& operator=(const BatchQueue&) = delete;

    /// The batch of this step; the next one is prepared meanwhile.
    Batch take(int64_t step)
    {
        Batch batch;
        if (m_next.valid())
            batch = m_next.get();
        if (!batch.x0.defined() || batch.step != step)
            batch = m_make(step);
        if (step + 1 < m_steps)
            m_next = std::async(std::launch::async, [this, step] { return m_make(step + 1); });
        return batch;
    }

private:
    int64_t m_steps;
    std::function<Batch(int64_t step)> m_make;
    std::future<Batch> m_next;  // last: its thread uses the members above
};

}  // namespace diffuscope::train
