// SPDX-License-Identifier: GPL-3.0-or-later
// From a prompt to what a network reads: the tokenizers and text encoders of a pipeline's folder together.
#pragma once

#include "core/model/diffusers/clip_tokenizer.h"
#include "core/model/diffusers/component.h"

namespace diffuscope::model::diffusers {

struct EncodedPrompt
{
    Tensor text;    ///< [1, tokens, width]
    Tensor pooled;  ///< [1, width] of SDXL's second encoder; undefined otherwise
};

/// A tokenizer's folder and the encoder that reads its ids.
struct TextPart
{
    std::filesystem::path tokenizer;
    Component encoder;
};

/// Of a pipeline's folder: tokenizer and text_encoder, and of SDXL tokenizer_2 and text_encoder_2 as well.
/// Throws Error where an encoder cannot be opened or is none.
std::vector<TextPart> textParts(const std::filesystem::path& folder);

class PromptEncoder
{
public:
    /// Throws Error where a tokenizer is missing, or where its ids do not fit into the table of its encoder.
    /// `updates` of a LoRA go to the first encoder, `secondUpdates` to the second.
    explicit PromptEncoder(const std::vector<TextPart>& parts, const NetworkOptions& options = {},
                           const std::map<std::string, LoraUpdate>* secondUpdates = nullptr);

    /// `clipSkip` leaves out that many of the last layers. Throws Cancelled.
    EncodedPrompt encode(const std::string& prompt, std::size_t clipSkip = 0,
                         TextCleaning cleaning = TextCleaning::fast, const Evaluation& evaluation = {}) const;
    /// What stands for no prompt at all where a pipeline asks for zeros instead of an empty text.
    EncodedPrompt zeros() const;

    bool isDouble() const { return m_encoders.size() == 2; }
    /// How a prompt is cut into tokens by the first tokenizer.
    TokenizedText tokenize(const std::string& prompt, TextCleaning cleaning = TextCleaning::fast) const;
    std::int64_t textWidth() const;

private:
    struct Encoder
    {
        ClipTokenizer tokenizer;
        std::unique_ptr<ClipText> network;
        std::size_t length;
    };
    std::vector<Encoder> m_encoders;
    torch::ScalarType m_type;
    torch::Device m_device;
};

}  // namespace diffuscope::model::diffusers
