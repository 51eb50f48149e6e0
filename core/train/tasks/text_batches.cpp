// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tasks/text_batches.h"

#include <utility>

namespace diffuscope::train {

TextBatches::TextBatches(std::shared_ptr<const CaptionedImages> images, std::vector<uint32_t> indices,
                         const TrainingOptions& options, torch::Tensor latents)
    : m_images(std::move(images)),
      m_indices(std::move(indices)),
      m_options(options),
      m_latents(std::move(latents)),
      m_vocabulary(options.vocabulary),
      m_grammar(grammarOf(*m_images)),
      m_order(options.seed, static_cast<uint32_t>(m_indices.size())),
      m_queue(options.optimizer.steps, [this](int64_t step) { return make(step); })
{
}

std::string TextBatches::captionAt(uint64_t position)
{
    CounterRandom random(m_options.seed, RandomStream::Caption, position);
    return randomCaption(m_grammar, m_images->facts[imageAt(position)], random);
}

std::vector<int64_t> TextBatches::wordsAt(uint64_t position)
{
    return m_vocabulary.knownIds(captionAt(position), m_options.network.text.mostWords);
}

TextBatch TextBatches::make(int64_t step)
{
    PixelSource source{&m_images->pixels, 3, m_images->height, m_images->width};
    if (m_latents.defined()) {
        source = {&m_images->pixels, m_latents.size(1), m_latents.size(2), m_latents.size(3),
                  m_latents.data_ptr<float>()};
    }
    TextBatch batch{
        batchParts(source, m_options, step, [this](uint64_t position) { return imageAt(position); }), {}};
    std::vector<std::vector<int64_t>> prompts(static_cast<size_t>(m_options.optimizer.batch));
    for (size_t k = 0; k < prompts.size(); ++k) {
        const uint64_t position = positionOf(m_options, step, static_cast<int64_t>(k));
        if (!isConditionDropped(m_options, position))
            prompts[k] = wordsAt(position);
    }
    batch.tokens = model::tokenBatch(prompts);
    return batch;
}

}  // namespace diffuscope::train
