// SPDX-License-Identifier: GPL-3.0-or-later
// The blocks that every network of convolutions here is stacked from: residual blocks, attention over pixels,
// transformers that read text, and the levels of a U-Net or of an autoencoder.
#pragma once

#include "core/model/diffusers/layers.h"

#include <optional>
#include <string>
#include <vector>

namespace diffuscope::model::diffusers {

/// What all residual blocks of a network share.
struct ResnetSettings
{
    std::int64_t timeWidth = 0;  ///< of the embedding of time; 0: the network knows no time
    std::int64_t groups = 32;
    double epsilon = 1e-5;
    Activation activation = Activation::silu;
    bool isScaleShift = false;  ///< the time scales and shifts after the second norm, instead of being added
    double outputScale = 1;     ///< the sum is divided by it
    bool skipsTimeActivation = false;
};

/// What a block gets besides the picture.
struct BlockInputs
{
    Tensor time;      ///< [B, timeWidth], or undefined
    Tensor text;      ///< [B, tokens, width], or undefined
    Tensor textBias;  ///< [B, 1, 1, tokens], added to the scores of text, or undefined
    const Evaluation& evaluation;
};

/// Two convolutions around a sum (He 2016; Ho 2020, appendix B), also as a way to halve or double the
/// picture.
class ResnetBlock
{
public:
    enum class Sampling { none, down, up };
    ResnetBlock(const Weights& weights, std::int64_t inputs, std::int64_t outputs,
                const ResnetSettings& settings, Sampling sampling = Sampling::none);
    Tensor operator()(const Tensor& x, const BlockInputs& inputs) const;

private:
    ResnetSettings m_settings;
    Sampling m_sampling;
    GroupNorm m_norm1;
    Convolution2d m_conv1;
    std::optional<Linear> m_time;
    GroupNorm m_norm2;
    Convolution2d m_conv2;
    std::optional<Convolution2d> m_shortcut;
};

/// Self-attention whose tokens are the pixels, with its own norm and skip.
class PixelAttention
{
public:
    /// `groups` absent: without a norm.
    PixelAttention(const Weights& weights, std::int64_t channels, std::int64_t headWidth,
                   std::optional<std::int64_t> groups, double epsilon, double outputScale);
    Tensor operator()(const Tensor& x, const BlockInputs& inputs) const;

private:
    std::int64_t m_heads;
    double m_scale;
    double m_outputScale;
    std::optional<GroupNorm> m_norm;
    Linear m_query;
    Linear m_key;
    Linear m_value;
    Linear m_output;
};

/// Attention of a transformer block: over the tokens themselves, or over a text.
class TokenAttention
{
public:
    TokenAttention(const Weights& weights, std::int64_t width, std::int64_t contextWidth, std::int64_t heads,
                   bool hasBias = false);
    /// x [B, N, width], context [B, M, contextWidth]. The map goes to `map`, where it is given.
    Tensor operator()(const Tensor& x, const Tensor& context, const Tensor& bias,
                      const Evaluation& evaluation, Tensor* map = nullptr) const;

private:
    std::int64_t m_heads;
    double m_scale;
    Linear m_query;
    Linear m_key;
    Linear m_value;
    Linear m_output;
};

/// The transformers of one U-Net.
struct TransformerSettings
{
    std::int64_t heads = 8;
    std::int64_t layers = 1;
    std::int64_t textWidth = 768;
    std::int64_t groups = 32;
    bool hasLinearProjection = false;
    bool readsOnlyText = false;  ///< its self-attention reads the text, too
};

/// A picture as tokens, through layers of self-attention, attention over text and a gated layer, and back.
class TextTransformer
{
public:
    TextTransformer(const Weights& weights, std::int64_t channels, const TransformerSettings& settings,
                    std::string name);
    Tensor operator()(const Tensor& x, const BlockInputs& inputs) const;

private:
    struct Layer
    {
        LayerNorm norm1;
        TokenAttention self;
        LayerNorm norm2;
        TokenAttention cross;
        LayerNorm norm3;
        Linear gate;
        Linear output;
    };

    TransformerSettings m_settings;
    std::string m_name;
    GroupNorm m_norm;
    Linear m_in;
    std::vector<Layer> m_layers;
    Linear m_out;
};

}  // namespace diffuscope::model::diffusers
