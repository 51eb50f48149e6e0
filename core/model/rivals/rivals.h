// SPDX-License-Identifier: GPL-3.0-or-later
// The rivals of diffusion: a variational autoencoder (Kingma & Welling 2014) and a generative adversarial
// network (Goodfellow et al. 2014), both told the class, with one generator in common.
#pragma once

#include "core/model/rivals/rival_config.h"
#include "core/model/unet/unet_blocks.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

namespace diffuscope::model {

/// Latents and a class to a picture: a linear layer to a quarter of the side, then twice doubled; or dense
/// layers.
class GeneratorImpl : public torch::nn::Module
{
public:
    explicit GeneratorImpl(const RivalConfig& config);

    /// latents [B, L], classIds [B] int64 -> pictures [B, C, side, side] in (-1, 1).
    torch::Tensor forward(const torch::Tensor& latents, const torch::Tensor& classIds);

private:
    RivalConfig m_config;
    torch::nn::Embedding m_classEmbedding;
    torch::nn::Linear m_input{nullptr};
    torch::nn::Linear m_hidden{nullptr};  ///< of a dense one
    torch::nn::Linear m_pixels{nullptr};
    torch::nn::GroupNorm m_norm1{nullptr};
    Convolution m_conv1{nullptr};
    torch::nn::GroupNorm m_norm2{nullptr};
    Convolution m_conv2{nullptr};
    torch::nn::GroupNorm m_norm3{nullptr};
    Convolution m_output{nullptr};
};
TORCH_MODULE(Generator);

/// A picture to numbers about it: twice halved, or through dense layers.
class PictureReaderImpl : public torch::nn::Module
{
public:
    explicit PictureReaderImpl(const RivalConfig& config);

    /// [B, C, side, side] -> [B, channels, side/4, side/4], or [B, hidden, 1, 1].
    torch::Tensor forward(const torch::Tensor& images);

private:
    torch::nn::Linear m_input{nullptr};  ///< of a dense one
    torch::nn::Linear m_hidden{nullptr};
    Convolution m_stem{nullptr};
    torch::nn::GroupNorm m_norm1{nullptr};
    Convolution m_conv1{nullptr};
    torch::nn::GroupNorm m_norm2{nullptr};
    Convolution m_conv2{nullptr};
    torch::nn::GroupNorm m_norm3{nullptr};
};
TORCH_MODULE(PictureReader);

class VaeImpl : public torch::nn::Module
{
public:
    explicit VaeImpl(const RivalConfig& config);

    /// The negative evidence lower bound per image, in nats (Kingma & Welling 2014, eq. 10), with the pixels'
    /// Bernoulli likelihood. noise [B, L], standard normal.
    torch::Tensor loss(const torch::Tensor& images, const torch::Tensor& classIds,
                       const torch::Tensor& noise);
    Generator& generator() { return m_generator; }
    void setConvolutionPrecision(ConvolutionPrecision precision);

private:
    RivalConfig m_config;
    PictureReader m_reader;
    torch::nn::Embedding m_classEmbedding;
    torch::nn::Linear m_latents;
    Generator m_generator;
};
TORCH_MODULE(Vae);

class GanImpl : public torch::nn::Module
{
public:
    explicit GanImpl(const RivalConfig& config);

    /// One scalar whose gradient is, in the discriminator's weights, that of the hinge loss
    /// max(0, 1 − D(real)) + max(0, 1 + D(fake)) (Lim & Ye 2017), and in the generator's that of −D(fake):
    /// both take a step from one backward pass. noise [B, L].
    torch::Tensor loss(const torch::Tensor& images, const torch::Tensor& classIds,
                       const torch::Tensor& noise);
    Generator& generator() { return m_generator; }
    void setConvolutionPrecision(ConvolutionPrecision precision);

private:
    /// How real a picture of this class looks, [B]: with the class as a projection (Miyato & Koyama 2018).
    torch::Tensor judge(const torch::Tensor& images, const torch::Tensor& classIds);

    RivalConfig m_config;
    Generator m_generator;
    PictureReader m_reader;
    torch::nn::Linear m_verdict;
    torch::nn::Embedding m_classVerdict;
};
TORCH_MODULE(Gan);

/// The number of weights of a module.
int64_t weightCount(const torch::nn::Module& module);

}  // namespace diffuscope::model
