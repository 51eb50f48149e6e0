// SPDX-License-Identifier: GPL-3.0-or-later
// A small transformer over the words of a prompt (Vaswani et al. 2017, the encoder, normalized before each
// part), whose states a U-Net's positions attend to.
#pragma once

#include "core/model/unet/unet_config.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <vector>

namespace diffuscope::model {

/// The tokens of several prompts, padded to the longest.
struct TokenBatch
{
    torch::Tensor ids;  ///< [B, L] int64; at padding any token
    torch::Tensor
        bias;  ///< [B, L] float32, added to what attention makes of a token: 0, or −infinity at padding
};

/// What a U-Net is told of the prompts of a batch.
struct TextContext
{
    torch::Tensor states;  ///< [B, L, width] float32
    torch::Tensor bias;  ///< [B, L] float32, as in TokenBatch; log of a weight where two prompts are blended

    bool defined() const { return states.defined(); }
    /// The images begin … end − 1.
    TextContext slice(int64_t begin, int64_t end) const;
};

/// Each prompt as "beginning" and its words (ids of a Vocabulary), or as the single token "nothing" where it
/// has none: the text of the unconditional prediction, whose embedding is learned.
TokenBatch tokenBatch(const std::vector<std::vector<int64_t>>& prompts);

/// Two contexts [B, …] as one that is attended to with weight 1 − share for the first and share for the
/// second, each exactly itself at share 0 and 1.
TextContext blended(const TextContext& first, const TextContext& second, double share);

/// Contexts of single prompts [1, L_k, width] as one batch, padded.
TextContext stacked(const std::vector<TextContext>& contexts);

class TextLayerImpl : public torch::nn::Module
{
public:
    TextLayerImpl(int width, int heads);

    /// x [B, L, width], bias [B, L] -> [B, L, width].
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& bias);

private:
    torch::Tensor attend(const torch::Tensor& x, const torch::Tensor& bias);

    int m_heads;
    torch::nn::LayerNorm m_norm1;
    torch::nn::Linear m_queryKeyValue;
    torch::nn::Linear m_projection;
    torch::nn::LayerNorm m_norm2;
    torch::nn::Linear m_hidden;
    torch::nn::Linear m_output;
};
TORCH_MODULE(TextLayer);

class TextEncoderImpl : public torch::nn::Module
{
public:
    explicit TextEncoderImpl(const TextConfig& config);

    /// The states of every token; what a padded token says is never attended to. Throws std::invalid_argument
    /// for prompts of more than config.mostWords words.
    TextContext forward(const TokenBatch& tokens);

private:
    torch::nn::Embedding m_words;
    torch::nn::Embedding m_places;
    std::vector<TextLayer> m_layers;
    torch::nn::LayerNorm m_outputNorm;
};
TORCH_MODULE(TextEncoder);

}  // namespace diffuscope::model
