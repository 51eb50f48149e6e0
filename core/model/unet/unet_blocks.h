// SPDX-License-Identifier: GPL-3.0-or-later
// The pieces that a U-Net is made of: convolution, residual block and self-attention.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

namespace diffuscope::model {

/// Arithmetic of the convolutions. Weights, normalization, attention and everything around stay in float32.
enum class ConvolutionPrecision { Float32, BFloat16 };

/// A square convolution with bias that keeps the size (stride 1) or halves it, rounding up (stride 2).
class ConvolutionImpl : public torch::nn::Module
{
public:
    ConvolutionImpl(int inputChannels, int outputChannels, int kernel, int stride = 1);

    /// [B, inputChannels, H, W] -> [B, outputChannels, ceil(H / stride), ceil(W / stride)], of type
    /// inputType().
    torch::Tensor forward(const torch::Tensor& x);

    /// The type in which this convolution computes and which it returns; it takes any floating type.
    torch::ScalarType inputType() const;

    void setPrecision(ConvolutionPrecision precision) { m_precision = precision; }
    void setToZero();

private:
    torch::Tensor m_weight;
    torch::Tensor m_bias;
    int m_stride;
    int m_padding;
    ConvolutionPrecision m_precision = ConvolutionPrecision::Float32;
};
TORCH_MODULE(Convolution);

/// GroupNorm, SiLU, convolution, twice, around a skip; the embedding scales and shifts after the second norm.
class ResidualBlockImpl : public torch::nn::Module
{
public:
    ResidualBlockImpl(int inputChannels, int outputChannels, int groups, int embeddingWidth);

    /// x [B, inputChannels, H, W], embedding [B, embeddingWidth] (already through SiLU) -> [B,
    /// outputChannels, H, W].
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& embedding);

private:
    torch::nn::GroupNorm m_norm1;
    Convolution m_conv1;
    torch::nn::Linear m_modulation;
    torch::nn::GroupNorm m_norm2;
    Convolution m_conv2;
    Convolution m_skip{nullptr};
};
TORCH_MODULE(ResidualBlock);

/// Multi-head self-attention over the H * W positions, added to its input.
class SelfAttentionImpl : public torch::nn::Module
{
public:
    SelfAttentionImpl(int channels, int groups, int heads);

    /// [B, C, H, W] -> [B, C, H, W].
    torch::Tensor forward(const torch::Tensor& x);

private:
    int m_heads;
    torch::nn::GroupNorm m_norm;
    Convolution m_queryKeyValue;
    Convolution m_projection;
};
TORCH_MODULE(SelfAttention);

/// silu(norm(x)), scaled and shifted before SiLU where `modulation` [B, 2C] is defined. See
/// modulatedNormSilu.
torch::Tensor normSilu(const torch::nn::GroupNorm& norm, const torch::Tensor& x,
                       const torch::Tensor& modulation, torch::ScalarType resultType);

/// Sines and cosines of t at geometrically spaced frequencies from 1 to 1/10000 (Vaswani et al. 2017,
/// section 3.5). t [B], any real value -> [B, width].
torch::Tensor sinusoidalEmbedding(const torch::Tensor& t, int width);

}  // namespace diffuscope::model
