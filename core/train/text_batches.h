// The batches of a text-conditional diffusion training: images, captions, times and noise as a function of
// (seed, step).
#pragma once

#include "core/network/text_encoder.h"
#include "core/network/vocabulary.h"
#include "core/train/captioned_split.h"
#include "core/train/counter_random.h"
#include "core/train/training_options.h"

#include <torch/types.h>

#include <future>
#include <memory>

namespace diffuscope::train {

struct TextBatch
{
    int64_t step = 0;
    torch::Tensor x0;            ///< [B, 3, H, W] float32 in [-1, 1]
    torch::Tensor eps;           ///< [B, 3, H, W] float32, standard normal
    torch::Tensor t;             ///< [B] int64 in [0, levels)
    network::TokenBatch tokens;  ///< [B, L]; dropped captions are the token "nothing"
};

class TextBatches
{
public:
    /// Draws from the images of `indices`. Captions are read with options.vocabulary.
    TextBatches(std::shared_ptr<const CaptionedImages> images, std::vector<uint32_t> indices,
                const TrainingOptions& options);

    /// The batch of this step; the next one is prepared meanwhile on another thread.
    TextBatch take(int64_t step);

    /// The caption that the image at this position of the training is shown with.
    std::string captionAt(uint64_t position);

private:
    TextBatch make(int64_t step);
    void fillImage(float* target, uint32_t image, bool mirrored) const;

    std::shared_ptr<const CaptionedImages> m_images;
    std::vector<uint32_t> m_indices;
    TrainingOptions m_options;
    network::Vocabulary m_vocabulary;
    CaptionGrammar m_grammar;
    EpochOrder m_order;
    std::future<TextBatch> m_next;  // last: its thread uses the members above
};

}  // namespace diffuscope::train
