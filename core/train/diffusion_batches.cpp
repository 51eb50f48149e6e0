#include "core/train/diffusion_batches.h"

#include <utility>

namespace diffuscope::train {

DiffusionBatches::DiffusionBatches(std::shared_ptr<const LabelledImages> images,
                                   const TrainingOptions& options)
    : m_images(std::move(images)),
      m_options(options),
      m_order(options.seed, static_cast<uint32_t>(m_images->count))
{
}

DiffusionBatch DiffusionBatches::take(int64_t step)
{
    DiffusionBatch batch;
    if (m_next.valid()) {
        batch = m_next.get();
    }
    if (!batch.x0.defined() || batch.step != step) {
        batch = make(step);
    }
    if (step + 1 < m_options.optimizer.steps) {
        m_next = std::async(std::launch::async, [this, step] { return make(step + 1); });
    }
    return batch;
}

void DiffusionBatches::fillImage(float* target, uint32_t image, bool mirrored) const
{
    const int width = m_images->width;
    const auto pixels = static_cast<size_t>(width) * static_cast<size_t>(m_images->height);
    const uint8_t* source = m_images->pixels.data() + image * pixels;
    for (size_t index = 0; index < pixels; ++index) {
        const size_t column = index % static_cast<size_t>(width);
        const size_t from = mirrored ? index - column + (static_cast<size_t>(width) - 1 - column) : index;
        target[index] = static_cast<float>(source[from]) / 127.5f - 1.0f;
    }
}

DiffusionBatch DiffusionBatches::make(int64_t step)
{
    const int64_t size = m_options.optimizer.batch, height = m_images->height, width = m_images->width;
    const int64_t pixels = height * width;
    DiffusionBatch batch{step, torch::empty({size, 1, height, width}), torch::empty({size, 1, height, width}),
                         torch::empty({size}, torch::kInt64), torch::empty({size}, torch::kInt64)};
    auto* x0 = batch.x0.data_ptr<float>();
    auto* eps = batch.eps.data_ptr<float>();
    auto* t = batch.t.data_ptr<int64_t>();
    auto* classIds = batch.classIds.data_ptr<int64_t>();
    // Evenly spread times with one common offset: each is uniform, their sum varies less (Kingma et al. 2021,
    // I.1).
    const float offset =
        CounterRandom(m_options.seed, RandomStream::Time, static_cast<uint64_t>(step)).uniform();
    for (int64_t k = 0; k < size; ++k) {
        const auto position = static_cast<uint64_t>(step * size + k);
        const uint32_t image = m_order.at(position);
        CounterRandom flip(m_options.seed, RandomStream::Flip, position);
        fillImage(x0 + k * pixels, image, m_options.flip && flip.uniform() < 0.5f);
        CounterRandom(m_options.seed, RandomStream::Noise, position).fillNormal(eps + k * pixels, pixels);
        const double fraction = (static_cast<double>(k) + offset) / static_cast<double>(size);
        t[k] = static_cast<int64_t>(fraction * m_options.levels);
        CounterRandom dropout(m_options.seed, RandomStream::ConditionDropout, position);
        const bool dropped = dropout.uniform() < m_options.conditionDropout;
        classIds[k] = dropped ? m_options.network.classes : m_images->labels[image];
    }
    return batch;
}

}  // namespace diffuscope::train
