// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tasks/batch_parts.h"

#include "core/train/tasks/time_sampling.h"

#include <algorithm>

namespace diffuscope::train {
namespace {

void fillImage(const PixelSource& source, uint32_t image, bool mirrored, float* target)
{
    const auto width = static_cast<size_t>(source.width);
    const auto values = static_cast<size_t>(source.channels * source.height) * width;
    if (source.latents) {
        std::copy_n(source.latents + image * values, values, target);
        return;
    }
    const uint8_t* from = source.pixels->data() + image * values;
    for (size_t index = 0; index < values; ++index) {
        const size_t column = index % width;
        const size_t place = mirrored ? index - column + (width - 1 - column) : index;
        target[index] = static_cast<float>(from[place]) / 127.5f - 1.0f;
    }
}

}  // namespace

BatchParts batchParts(const PixelSource& source, const TrainingOptions& options, int64_t step,
                      const std::function<uint32_t(uint64_t position)>& imageAt)
{
    const int64_t size = options.optimizer.batch;
    const int64_t values = source.channels * source.height * source.width;
    const auto images = torch::empty({size, source.channels, source.height, source.width});
    BatchParts parts{step, images, torch::empty_like(images), torch::empty({size}, torch::kInt64)};
    auto* x0 = parts.x0.data_ptr<float>();
    auto* eps = parts.eps.data_ptr<float>();
    auto* t = parts.t.data_ptr<int64_t>();
    // Evenly spread times with one common offset: each is uniform, their sum varies less (Kingma et al. 2021,
    // I.1).
    const TimeSampling times(options);
    const float offset =
        CounterRandom(options.seed, RandomStream::Time, static_cast<uint64_t>(step)).uniform();
    for (int64_t k = 0; k < size; ++k) {
        const uint64_t position = positionOf(options, step, k);
        CounterRandom flip(options.seed, RandomStream::Flip, position);
        fillImage(source, imageAt(position), options.flip && flip.uniform() < 0.5f, x0 + k * values);
        CounterRandom(options.seed, RandomStream::Noise, position).fillNormal(eps + k * values, values);
        const double fraction = (static_cast<double>(k) + offset) / static_cast<double>(size);
        t[k] = times.levelAt(fraction);
    }
    return parts;
}

bool isConditionDropped(const TrainingOptions& options, uint64_t position)
{
    CounterRandom dropout(options.seed, RandomStream::ConditionDropout, position);
    return dropout.uniform() < options.conditionDropout;
}

}  // namespace diffuscope::train
