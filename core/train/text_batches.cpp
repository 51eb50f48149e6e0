#include "core/train/text_batches.h"

#include <algorithm>
#include <utility>

namespace diffuscope::train {

TextBatches::TextBatches(std::shared_ptr<const CaptionedImages> images, std::vector<uint32_t> indices,
                         const TrainingOptions& options)
    : m_images(std::move(images)),
      m_indices(std::move(indices)),
      m_options(options),
      m_vocabulary(options.vocabulary),
      m_grammar(grammarOf(*m_images)),
      m_order(options.seed, static_cast<uint32_t>(m_indices.size()))
{
}

TextBatch TextBatches::take(int64_t step)
{
    TextBatch batch;
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

std::string TextBatches::captionAt(uint64_t position)
{
    CounterRandom random(m_options.seed, RandomStream::Caption, position);
    return randomCaption(m_grammar, m_images->facts[m_indices[m_order.at(position)]], random);
}

void TextBatches::fillImage(float* target, uint32_t image, bool mirrored) const
{
    const auto width = static_cast<size_t>(m_images->width);
    const auto values = static_cast<size_t>(m_images->valuesPerImage());
    const uint8_t* source = m_images->pixels.data() + image * values;
    for (size_t index = 0; index < values; ++index) {
        const size_t column = index % width;
        const size_t from = mirrored ? index - column + (width - 1 - column) : index;
        target[index] = static_cast<float>(source[from]) / 127.5f - 1.0f;
    }
}

TextBatch TextBatches::make(int64_t step)
{
    const int64_t size = m_options.optimizer.batch, values = m_images->valuesPerImage();
    const std::vector<int64_t> shape = {size, 3, m_images->height, m_images->width};
    TextBatch batch{step, torch::empty(shape), torch::empty(shape), torch::empty({size}, torch::kInt64), {}};
    auto* x0 = batch.x0.data_ptr<float>();
    auto* eps = batch.eps.data_ptr<float>();
    auto* t = batch.t.data_ptr<int64_t>();
    std::vector<std::vector<int64_t>> prompts(static_cast<size_t>(size));
    const auto mostWords = static_cast<size_t>(m_options.network.text.mostWords);
    // Evenly spread times with one common offset, as in DiffusionBatches.
    const float offset =
        CounterRandom(m_options.seed, RandomStream::Time, static_cast<uint64_t>(step)).uniform();
    for (int64_t k = 0; k < size; ++k) {
        const auto position = static_cast<uint64_t>(step * size + k);
        CounterRandom flip(m_options.seed, RandomStream::Flip, position);
        fillImage(x0 + k * values, m_indices[m_order.at(position)], m_options.flip && flip.uniform() < 0.5f);
        CounterRandom(m_options.seed, RandomStream::Noise, position).fillNormal(eps + k * values, values);
        const double fraction = (static_cast<double>(k) + offset) / static_cast<double>(size);
        t[k] = static_cast<int64_t>(fraction * m_options.levels);
        CounterRandom dropout(m_options.seed, RandomStream::ConditionDropout, position);
        if (dropout.uniform() >= m_options.conditionDropout) {
            auto& words = prompts[static_cast<size_t>(k)];
            for (const auto& word : m_vocabulary.split(captionAt(position))) {
                if (word.isKnown() && words.size() < mostWords) {
                    words.push_back(word.id);
                }
            }
        }
    }
    batch.tokens = network::tokenBatch(prompts);
    return batch;
}

}  // namespace diffuscope::train
