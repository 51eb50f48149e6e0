// SPDX-License-Identifier: GPL-3.0-or-later
// The batches of a text-conditional diffusion training: images, captions, times and noise as a function of
// (seed, step).
#pragma once

#include "core/model/text/text_encoder.h"
#include "core/model/text/vocabulary.h"
#include "core/train/data/captioned_split.h"
#include "core/train/tasks/batch_parts.h"

#include <memory>

namespace diffuscope::train {

struct TextBatch : BatchParts
{
    model::TokenBatch tokens;  ///< [B, L]; dropped captions are the token "nothing"
};

class TextBatches
{
public:
    /// Draws from the images of `indices`. Captions are read with options.vocabulary.
    /// Where `latents` [count, L, s, s] float32 of all images are given, they stand for the pixels.
    TextBatches(std::shared_ptr<const CaptionedImages> images, std::vector<uint32_t> indices,
                const TrainingOptions& options, torch::Tensor latents = {});

    /// The batch of this step; the next one is prepared meanwhile on another thread.
    TextBatch take(int64_t step) { return m_queue.take(step); }

    /// The caption that the image at this position of the training is shown with.
    std::string captionAt(uint64_t position);

private:
    TextBatch make(int64_t step);
    uint32_t imageAt(uint64_t position) { return m_indices[m_order.at(position)]; }
    std::vector<int64_t> wordsAt(uint64_t position);

    std::shared_ptr<const CaptionedImages> m_images;
    std::vector<uint32_t> m_indices;
    TrainingOptions m_options;
    torch::Tensor m_latents;
    model::Vocabulary m_vocabulary;
    CaptionGrammar m_grammar;
    EpochOrder m_order;
    BatchQueue<TextBatch> m_queue;  // last: its thread uses the members above
};

}  // namespace diffuscope::train
