// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/text/text_encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace diffuscope::model {
namespace {

constexpr int64_t nothing = 0;
constexpr int64_t beginning = 1;
constexpr int64_t firstWord = 2;
constexpr float never = -std::numeric_limits<float>::infinity();

torch::nn::LayerNorm layerNorm(int width)
{
    return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}));
}

// Small enough that a prompt's words are added up, not shouted down by one of them.
torch::nn::Embedding smallEmbedding(int count, int width)
{
    torch::nn::Embedding embedding(count, width);
    torch::NoGradGuard noGrad;
    embedding->weight.normal_(0.0, 0.5);
    return embedding;
}

}  // namespace

TextContext TextContext::slice(int64_t begin, int64_t end) const
{
    return defined() ? TextContext{states.slice(0, begin, end), bias.slice(0, begin, end)} : TextContext{};
}

TokenBatch tokenBatch(const std::vector<std::vector<int64_t>>& prompts)
{
    std::size_t longest = 0;
    for (const auto& words : prompts)
        longest = std::max(longest, words.size() + 1);
    const auto rows = static_cast<int64_t>(prompts.size()), columns = static_cast<int64_t>(longest);
    TokenBatch batch{torch::full({rows, columns}, nothing, torch::kInt64),
                     torch::full({rows, columns}, never)};
    auto ids = batch.ids.accessor<int64_t, 2>();
    auto bias = batch.bias.accessor<float, 2>();
    for (int64_t row = 0; row < rows; ++row) {
        const auto& words = prompts[static_cast<std::size_t>(row)];
        ids[row][0] = words.empty() ? nothing : beginning;
        bias[row][0] = 0.0f;
        for (std::size_t k = 0; k < words.size(); ++k) {
            ids[row][static_cast<int64_t>(k) + 1] = words[k] + firstWord;
            bias[row][static_cast<int64_t>(k) + 1] = 0.0f;
        }
    }
    return batch;
}

TextContext blended(const TextContext& first, const TextContext& second, double share)
{
    if (share <= 0.0)
        return first;
    if (share >= 1.0)
        return second;
    return {torch::cat({first.states, second.states}, 1),
            torch::cat({first.bias + std::log1p(-share), second.bias + std::log(share)}, 1)};
}

TextContext stacked(const std::vector<TextContext>& contexts)
{
    int64_t longest = 0;
    for (const auto& context : contexts)
        longest = std::max(longest, context.bias.size(1));
    std::vector<torch::Tensor> states, biases;
    for (const auto& context : contexts) {
        const int64_t missing = longest - context.bias.size(1);
        states.push_back(torch::constant_pad_nd(context.states, {0, 0, 0, missing}, 0.0));
        biases.push_back(torch::constant_pad_nd(context.bias, {0, missing}, never));
    }
    return {torch::cat(states), torch::cat(biases)};
}

TextLayerImpl::TextLayerImpl(int width, int heads)
    : m_heads(heads),
      m_norm1(register_module("norm1", layerNorm(width))),
      m_queryKeyValue(register_module("query_key_value", torch::nn::Linear(width, 3 * width))),
      m_projection(register_module("projection", torch::nn::Linear(width, width))),
      m_norm2(register_module("norm2", layerNorm(width))),
      m_hidden(register_module("hidden", torch::nn::Linear(width, 4 * width))),
      m_output(register_module("output", torch::nn::Linear(4 * width, width)))
{
}

torch::Tensor TextLayerImpl::attend(const torch::Tensor& x, const torch::Tensor& bias)
{
    const int64_t batch = x.size(0), length = x.size(1), width = x.size(2), headWidth = width / m_heads;
    const auto parts = m_queryKeyValue(x)
                           .view({batch, length, 3, m_heads, headWidth})
                           .permute({2, 0, 3, 1, 4})
                           .reshape({3, batch * m_heads, length, headWidth})
                           .unbind(0);
    const double scale = 1.0 / std::sqrt(static_cast<double>(headWidth));
    const auto scores =
        torch::bmm(parts[0] * scale, parts[1].transpose(1, 2)).view({batch, m_heads, length, length});
    const auto weights = torch::softmax(scores + bias.view({batch, 1, 1, length}), -1);
    const auto mixed = torch::bmm(weights.view({batch * m_heads, length, length}), parts[2])
                           .view({batch, m_heads, length, headWidth})
                           .permute({0, 2, 1, 3})
                           .reshape({batch, length, width});
    return m_projection(mixed);
}

torch::Tensor TextLayerImpl::forward(const torch::Tensor& x, const torch::Tensor& bias)
{
    const auto attended = x + attend(m_norm1(x), bias);
    return attended + m_output(torch::gelu(m_hidden(m_norm2(attended))));
}

TextEncoderImpl::TextEncoderImpl(const TextConfig& config)
    : m_words(
          register_module("words", smallEmbedding(config.words + static_cast<int>(firstWord), config.width))),
      m_places(register_module("places", smallEmbedding(config.mostWords + 1, config.width))),
      m_outputNorm(nullptr)
{
    for (int layer = 0; layer < config.layers; ++layer) {
        m_layers.push_back(
            register_module("layer" + std::to_string(layer), TextLayer(config.width, config.heads)));
    }
    m_outputNorm = register_module("output_norm", layerNorm(config.width));
}

TextContext TextEncoderImpl::forward(const TokenBatch& tokens)
{
    const int64_t length = tokens.ids.size(1);
    if (length > m_places->options.num_embeddings()) {
        throw std::invalid_argument("A prompt of " + std::to_string(length - 1) +
                                    " words is longer than the network reads.");
    }
    auto x = m_words(tokens.ids) + m_places->weight.slice(0, 0, length);
    for (auto& layer : m_layers)
        x = layer(x, tokens.bias);
    return {m_outputNorm(x), tokens.bias};
}

}  // namespace diffuscope::model
