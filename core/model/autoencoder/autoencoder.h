// SPDX-License-Identifier: GPL-3.0-or-later
// A convolutional autoencoder: pictures to latents and back (Rombach et al. 2022, section 3.1, without the
// adversarial part).
#pragma once

#include "core/model/autoencoder/autoencoder_config.h"
#include "core/model/unet/unet_blocks.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include <vector>

namespace diffuscope::model {

/// GroupNorm, SiLU, 3×3, twice, added to its input.
class PictureBlockImpl : public torch::nn::Module
{
public:
    PictureBlockImpl(int channels, int groups);
    torch::Tensor forward(const torch::Tensor& x);

private:
    torch::nn::GroupNorm m_norm1;
    Convolution m_conv1;
    torch::nn::GroupNorm m_norm2;
    Convolution m_conv2;
};
TORCH_MODULE(PictureBlock);

/// Pictures to latents: fine to coarse.
class PictureEncoderImpl : public torch::nn::Module
{
public:
    explicit PictureEncoderImpl(const AutoencoderConfig& config);

    /// [B, C, side, side] in [-1, 1] -> [B, 2L, s, s]: means, then logarithms of variances, in [-20, 10]; of
    /// a codebook [B, L, s, s], before the nearest codes are taken.
    torch::Tensor forward(const torch::Tensor& images);

private:
    AutoencoderConfig m_config;
    Convolution m_stem{nullptr};
    std::vector<std::vector<PictureBlock>> m_blocks;  ///< by level
    std::vector<Convolution> m_halve;
    torch::nn::GroupNorm m_norm{nullptr};
    Convolution m_output{nullptr};
};
TORCH_MODULE(PictureEncoder);

/// Latents to pictures: coarse to fine.
class PictureDecoderImpl : public torch::nn::Module
{
public:
    explicit PictureDecoderImpl(const AutoencoderConfig& config);

    /// [B, L, s, s] -> [B, C, side, side], near [-1, 1] but not clamped.
    torch::Tensor forward(const torch::Tensor& latents);
    const AutoencoderConfig& config() const { return m_config; }

private:
    AutoencoderConfig m_config;
    Convolution m_stem{nullptr};
    std::vector<std::vector<PictureBlock>> m_blocks;  ///< coarsest level first
    std::vector<Convolution> m_double;
    torch::nn::GroupNorm m_norm{nullptr};
    Convolution m_output{nullptr};
};
TORCH_MODULE(PictureDecoder);

class AutoencoderImpl : public torch::nn::Module
{
public:
    /// Random weights. Throws std::invalid_argument for an impossible config.
    explicit AutoencoderImpl(const AutoencoderConfig& config);

    /// What the losses need of one batch.
    struct Pass
    {
        torch::Tensor images;  ///< decoded, as [B, C, side, side]
        /// Mean over latents of the Kullback-Leibler divergence from a standard Gaussian (Kingma & Welling
        /// 2014, appendix B); of a codebook the commitment and codebook losses (van den Oord et al. 2017,
        /// eq. 3).
        torch::Tensor regularity;
    };
    /// `noise` [B, L, s, s], standard normal: of Gaussian latents.
    Pass forward(const torch::Tensor& images, const torch::Tensor& noise);

    /// The latents that stand for pictures, [B, L, s, s]: the means, or the nearest codes.
    torch::Tensor encode(const torch::Tensor& images);
    torch::Tensor decode(const torch::Tensor& latents) { return m_decoder(latents); }

    PictureDecoder& decoder() { return m_decoder; }
    const AutoencoderConfig& config() const { return m_config; }
    int64_t parameterCount() const;
    void setConvolutionPrecision(ConvolutionPrecision precision);

private:
    torch::Tensor nearestCodes(const torch::Tensor& latents);

    AutoencoderConfig m_config;
    PictureEncoder m_encoder{nullptr};
    PictureDecoder m_decoder{nullptr};
    torch::Tensor m_codes;  ///< [codes, L]
};
TORCH_MODULE(Autoencoder);

}  // namespace diffuscope::model
