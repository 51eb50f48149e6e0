// SPDX-License-Identifier: GPL-3.0-or-later
// AutoencoderKL, VQModel and AutoencoderTiny: from pictures to latents and back.
#pragma once

#include "core/model/diffusers/config_reader.h"
#include "core/model/diffusers/levels.h"

#include <memory>

namespace diffuscope::model::diffusers {

/// Pictures are [B, 3, H, W] in [−1, 1]; latents [B, z, H/factor, W/factor].
class Autoencoder
{
public:
    virtual ~Autoencoder() = default;

    /// The latents' own scale, before scaling: of a KL autoencoder the mean.
    virtual Tensor encode(const Tensor& picture, const Evaluation& evaluation = {}) const = 0;
    virtual Tensor decode(const Tensor& latent, const Evaluation& evaluation = {}) const = 0;

    /// From the scale in which the latent model works to the decoder's, and back.
    virtual Tensor unscaled(const Tensor& latent) const = 0;
    virtual Tensor scaled(const Tensor& latent) const = 0;

    virtual std::int64_t latentChannels() const = 0;
    /// Pixels per latent, each way.
    virtual std::int64_t factor() const = 0;
};

struct AutoencoderConfig
{
    std::int64_t inputChannels = 3;
    std::int64_t outputChannels = 3;
    std::vector<std::int64_t> channels;
    std::vector<std::string> downTypes;
    std::vector<std::string> upTypes;
    std::int64_t layersPerBlock = 1;
    Activation activation = Activation::silu;
    std::int64_t latentChannels = 4;
    std::int64_t groups = 32;
    double scalingFactor = 0.18215;
    double shiftFactor = 0;
    std::vector<double> latentsMean;
    std::vector<double> latentsStd;
    bool hasQuantConvolution = true;
    bool hasPostQuantConvolution = true;
    bool hasMiddleAttention = true;
    bool isVq = false;
    std::int64_t codes = 256;  ///< of a VQModel
    std::int64_t codeWidth = 0;
    std::vector<std::int64_t> sampleSize;
    std::vector<std::string> notices;
};

AutoencoderConfig readAutoencoderConfig(ConfigReader& reader, bool isVq);

/// The convolutional encoder or decoder that both classes share.
class AutoencoderKl : public Autoencoder
{
public:
    AutoencoderKl(const Weights& weights, const AutoencoderConfig& config);

    /// Mean and logarithm of the variance of the latents, the latter within [−30, 20].
    std::pair<Tensor, Tensor> moments(const Tensor& picture, const Evaluation& evaluation = {}) const;
    Tensor encode(const Tensor& picture, const Evaluation& evaluation = {}) const override;
    Tensor decode(const Tensor& latent, const Evaluation& evaluation = {}) const override;
    Tensor unscaled(const Tensor& latent) const override;
    Tensor scaled(const Tensor& latent) const override;
    std::int64_t latentChannels() const override;
    std::int64_t factor() const override { return std::int64_t(1) << (m_config.channels.size() - 1); }
    const AutoencoderConfig& config() const { return m_config; }

    /// Decodes in overlapping tiles of `tile` latents each way, blended where they overlap: bounded memory,
    /// nearly the same picture. The same as decode() where the latents fit into one tile.
    Tensor decodeTiled(const Tensor& latent, std::int64_t tile, const Evaluation& evaluation = {}) const;

    /// Of a VQModel: the nearest code of each latent vector [B, z, h, w], and the codes' numbers [B·h·w].
    std::pair<Tensor, Tensor> quantised(const Tensor& latent) const;
    /// Of a VQModel: without taking the nearest codes first.
    Tensor decodeUnquantised(const Tensor& latent, const Evaluation& evaluation = {}) const;

private:
    Tensor encoded(const Tensor& picture, const Evaluation& evaluation) const;
    Tensor decoded(Tensor x, const Evaluation& evaluation) const;

    AutoencoderConfig m_config;
    std::optional<Convolution2d> m_encoderIn;
    std::vector<DownLevel> m_down;
    std::optional<MiddleLevel> m_encoderMiddle;
    std::optional<GroupNorm> m_encoderNorm;
    std::optional<Convolution2d> m_encoderOut;
    std::optional<Convolution2d> m_quant;
    Tensor m_codes;  ///< [codes, width] of a VQModel
    std::optional<Convolution2d> m_postQuant;
    std::optional<Convolution2d> m_decoderIn;
    std::optional<MiddleLevel> m_decoderMiddle;
    std::vector<UpLevel> m_up;
    std::optional<GroupNorm> m_decoderNorm;
    std::optional<Convolution2d> m_decoderOut;
};

struct TinyConfig
{
    std::int64_t inputChannels = 3;
    std::int64_t outputChannels = 3;
    std::vector<std::int64_t> encoderChannels;
    std::vector<std::int64_t> decoderChannels;
    std::vector<std::int64_t> encoderBlocks;
    std::vector<std::int64_t> decoderBlocks;
    Activation activation = Activation::relu;
    std::int64_t latentChannels = 4;
    std::int64_t upsampling = 2;
    double latentMagnitude = 3;
    double latentShift = 0.5;
    double scalingFactor = 1;
};

TinyConfig readTinyConfig(ConfigReader& reader);

class AutoencoderTiny : public Autoencoder
{
public:
    AutoencoderTiny(const Weights& weights, const TinyConfig& config);

    Tensor encode(const Tensor& picture, const Evaluation& evaluation = {}) const override;
    Tensor decode(const Tensor& latent, const Evaluation& evaluation = {}) const override;
    Tensor unscaled(const Tensor& latent) const override { return latent / m_config.scalingFactor; }
    Tensor scaled(const Tensor& latent) const override { return latent * m_config.scalingFactor; }
    std::int64_t latentChannels() const override { return m_config.latentChannels; }
    std::int64_t factor() const override;

    /// Latents as values in [0, 1] for storing in pictures, and back.
    Tensor toUnitRange(const Tensor& latent) const;
    Tensor fromUnitRange(const Tensor& values) const;

private:
    struct Block
    {
        Convolution2d first;
        Convolution2d second;
        Convolution2d third;
        std::optional<Convolution2d> skip;
    };
    struct Upsampling
    {
    };
    struct Activated
    {
    };
    using Layer = std::variant<Convolution2d, Block, Upsampling, Activated>;
    Block block(const Weights& weights, std::int64_t inputs, std::int64_t outputs) const;
    void buildEncoder(const Weights& weights);
    void buildDecoder(const Weights& weights);
    Tensor through(const std::vector<Layer>& layers, Tensor x, const Evaluation& evaluation) const;

    TinyConfig m_config;
    std::vector<Layer> m_encoder;
    std::vector<Layer> m_decoder;
};

}  // namespace diffuscope::model::diffusers
