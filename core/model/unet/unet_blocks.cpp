// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unet/unet_blocks.h"

#include "core/inference/modulated_norm.h"
#include "core/inference/winograd_conv2d.h"

#include <cmath>

namespace diffuscope::model {

ConvolutionImpl::ConvolutionImpl(int inputChannels, int outputChannels, int kernel, int stride)
    : m_stride(stride), m_padding(kernel / 2)
{
    m_weight = register_parameter("weight", torch::empty({outputChannels, inputChannels, kernel, kernel}));
    m_bias = register_parameter("bias", torch::zeros({outputChannels}));
    const double bound = 1.0 / std::sqrt(static_cast<double>(inputChannels) * kernel * kernel);
    torch::NoGradGuard noGrad;
    m_weight.uniform_(-bound, bound);
}

void ConvolutionImpl::setToZero()
{
    torch::NoGradGuard noGrad;
    m_weight.zero_();
    m_bias.zero_();
}

torch::ScalarType ConvolutionImpl::inputType() const
{
    return m_precision == ConvolutionPrecision::BFloat16 ? torch::kBFloat16 : torch::kFloat32;
}

torch::Tensor ConvolutionImpl::forward(const torch::Tensor& x)
{
    const auto type = inputType();
    // Without gradients this stays what an inference plan is held against.
    const bool isTrained = torch::GradMode::is_enabled() && m_weight.requires_grad();
    if (isTrained && m_stride == 1 && type == torch::kFloat32 && inference::isForWinograd(x, m_weight))
        return inference::winogradConv2d(x, m_weight, m_bias);
    return at::conv2d(x.to(type), m_weight.to(type), m_bias.to(type), m_stride, m_padding);
}

ResidualBlockImpl::ResidualBlockImpl(int inputChannels, int outputChannels, int groups, int embeddingWidth)
    : m_norm1(register_module("norm1", torch::nn::GroupNorm(groups, inputChannels))),
      m_conv1(register_module("conv1", Convolution(inputChannels, outputChannels, 3))),
      m_modulation(register_module("modulation", torch::nn::Linear(embeddingWidth, 2 * outputChannels))),
      m_norm2(register_module("norm2", torch::nn::GroupNorm(groups, outputChannels))),
      m_conv2(register_module("conv2", Convolution(outputChannels, outputChannels, 3)))
{
    m_conv2->setToZero();
    if (inputChannels != outputChannels)
        m_skip = register_module("skip", Convolution(inputChannels, outputChannels, 1));
}

torch::Tensor ResidualBlockImpl::forward(const torch::Tensor& x, const torch::Tensor& embedding)
{
    const torch::Tensor first = m_conv1(normSilu(m_norm1, x, {}, m_conv1->inputType()));
    const torch::Tensor second =
        m_conv2(normSilu(m_norm2, first, m_modulation(embedding), m_conv2->inputType()));
    return (m_skip ? m_skip(x).to(torch::kFloat32) : x) + second;
}

torch::Tensor normSilu(const torch::nn::GroupNorm& norm, const torch::Tensor& x,
                       const torch::Tensor& modulation, torch::ScalarType resultType)
{
    return inference::modulatedNormSilu(x, norm->options.num_groups(), norm->weight, norm->bias, modulation,
                                        resultType);
}

SelfAttentionImpl::SelfAttentionImpl(int channels, int groups, int heads)
    : m_heads(heads),
      m_norm(register_module("norm", torch::nn::GroupNorm(groups, channels))),
      m_queryKeyValue(register_module("query_key_value", Convolution(channels, 3 * channels, 1))),
      m_projection(register_module("projection", Convolution(channels, channels, 1)))
{
    m_projection->setToZero();
}

torch::Tensor SelfAttentionImpl::forward(const torch::Tensor& x)
{
    const int64_t batch = x.size(0), channels = x.size(1), height = x.size(2), width = x.size(3);
    const int64_t positions = height * width, headWidth = channels / m_heads;
    // [B, 3C, H, W] in channels-last order is [B, N, 3, heads, headWidth] in memory.
    const auto parts = m_queryKeyValue(m_norm(x))
                           .to(torch::kFloat32)
                           .permute({0, 2, 3, 1})
                           .reshape({batch, positions, 3, m_heads, headWidth})
                           .permute({2, 0, 3, 1, 4})
                           .reshape({3, batch * m_heads, positions, headWidth})
                           .unbind(0);
    const double scale = 1.0 / std::sqrt(static_cast<double>(headWidth));
    const auto weights = torch::softmax(torch::bmm(parts[0] * scale, parts[1].transpose(1, 2)), -1);
    const auto mixed = torch::bmm(weights, parts[2])
                           .reshape({batch, m_heads, positions, headWidth})
                           .permute({0, 2, 1, 3})
                           .reshape({batch, height, width, channels})
                           .permute({0, 3, 1, 2});
    return x + m_projection(mixed);
}

torch::Tensor sinusoidalEmbedding(const torch::Tensor& t, int width)
{
    const int half = width / 2;
    const auto exponents =
        torch::arange(half, torch::TensorOptions(torch::kFloat32).device(t.device())) / half;
    const auto angles =
        t.to(torch::kFloat32).unsqueeze(1) * torch::exp(exponents * -std::log(10'000.0)).unsqueeze(0);
    return torch::cat({angles.sin(), angles.cos()}, 1);
}

}  // namespace diffuscope::model
