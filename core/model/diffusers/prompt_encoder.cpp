// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/prompt_encoder.h"

#include "core/base/error.h"

namespace diffuscope::model::diffusers {
namespace {

namespace fs = std::filesystem;

Tensor idTensor(const std::vector<std::int64_t>& ids, torch::Device device)
{
    return at::tensor(ids, at::TensorOptions(torch::kInt64)).unsqueeze(0).to(device);
}

}  // namespace

std::vector<TextPart> textParts(const fs::path& folder)
{
    std::vector<TextPart> parts;
    for (const char* suffix : {"", "_2"}) {
        const fs::path encoder = folder / (std::string("text_encoder") + suffix);
        if (*suffix != '\0' && !fs::exists(encoder))
            break;
        parts.push_back({folder / (std::string("tokenizer") + suffix), openComponent(encoder)});
    }
    return parts;
}

PromptEncoder::PromptEncoder(const std::vector<TextPart>& parts, const NetworkOptions& options,
                             const std::map<std::string, LoraUpdate>* secondUpdates)
    : m_type(options.load.type), m_device(options.load.device)
{
    for (const TextPart& part : parts) {
        if (part.encoder.kind != ComponentKind::clipText)
            throw Error(ErrorCode::invalidFile, part.encoder.where + " is not a CLIP text encoder.",
                        "Pipelines whose texts are read by CLIP are understood.");
        NetworkOptions own = options;
        if (!m_encoders.empty())
            own.updates = secondUpdates;
        Encoder encoder{ClipTokenizer::read(part.tokenizer), loadClipText(part.encoder, own), 0};
        const ClipTextConfig& config = encoder.network->config();
        if (encoder.tokenizer.vocabularySize() > config.vocabulary)
            throw Error(ErrorCode::invalidFile,
                        "The tokenizer in " + part.tokenizer.string() + " has ids up to " +
                            std::to_string(encoder.tokenizer.vocabularySize() - 1) +
                            ", the text encoder knows " + std::to_string(config.vocabulary) + " tokens.",
                        "Take the tokenizer and the text encoder of one model.");
        encoder.length = std::min(encoder.tokenizer.length(), std::size_t(config.positions));
        m_encoders.push_back(std::move(encoder));
    }
}

TokenizedText PromptEncoder::tokenize(const std::string& prompt, TextCleaning cleaning) const
{
    return m_encoders.front().tokenizer.tokenize(prompt, m_encoders.front().length, cleaning);
}

EncodedPrompt PromptEncoder::encode(const std::string& prompt, std::size_t clipSkip, TextCleaning cleaning,
                                    const Evaluation& evaluation) const
{
    EncodedPrompt result;
    std::vector<Tensor> parts;
    for (const auto& encoder : m_encoders) {
        const TokenizedText tokens = encoder.tokenizer.tokenize(prompt, encoder.length, cleaning);
        const TextStates states = encoder.network->forward(
            idTensor(tokens.ids, m_device), idTensor(tokens.mask, m_device), m_type, evaluation);
        if (!isDouble()) {
            result.text = clipSkip == 0 ? states.last : encoder.network->skipping(states, clipSkip);
            return result;
        }
        if (clipSkip + 2 > states.hidden.size())
            throw Error(ErrorCode::invalidOption, "The text encoder has fewer layers than are to be skipped.",
                        "Skip fewer.");
        parts.push_back(states.hidden[states.hidden.size() - 2 - clipSkip]);
        result.pooled = states.projected.defined() ? states.projected : states.pooled;
    }
    result.text = at::cat(parts, -1);
    return result;
}

EncodedPrompt PromptEncoder::zeros() const
{
    EncodedPrompt like = encode("");
    like.text = at::zeros_like(like.text);
    if (like.pooled.defined())
        like.pooled = at::zeros_like(like.pooled);
    return like;
}

std::int64_t PromptEncoder::textWidth() const
{
    std::int64_t width = 0;
    for (const auto& encoder : m_encoders)
        width += encoder.network->config().width;
    return width;
}

}  // namespace diffuscope::model::diffusers
