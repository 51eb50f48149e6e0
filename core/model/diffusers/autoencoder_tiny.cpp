// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model/diffusers/autoencoder.h"

namespace diffuscope::model::diffusers {

TinyConfig readTinyConfig(ConfigReader& reader)
{
    constexpr std::int64_t most = 1 << 16;
    const std::vector<std::int64_t> four(4, 64);
    TinyConfig config;
    config.inputChannels = reader.integer("in_channels", 3, 1, most);
    config.outputChannels = reader.integer("out_channels", 3, 1, most);
    config.encoderChannels = reader.integers("encoder_block_out_channels", four, 1, most);
    config.decoderChannels = reader.integers("decoder_block_out_channels", four, 1, most);
    config.encoderBlocks = reader.integers("num_encoder_blocks", {1, 3, 3, 3}, 1, 64);
    config.decoderBlocks = reader.integers("num_decoder_blocks", {3, 3, 3, 1}, 1, 64);
    if (config.encoderChannels.size() != config.encoderBlocks.size())
        reader.refuse("encoder_block_out_channels", "as many as num_encoder_blocks are needed");
    if (config.decoderChannels.size() != config.decoderBlocks.size())
        reader.refuse("decoder_block_out_channels", "as many as num_decoder_blocks are needed");
    config.activation = activationOf(reader.text("act_fn", "relu"), reader.where());
    config.latentChannels = reader.integer("latent_channels", 4, 1, most);
    config.upsampling = reader.integer("upsampling_scaling_factor", 2, 1, 8);
    if (reader.text("upsample_fn", "nearest") != "nearest")
        reader.refuse("upsample_fn", "only \"nearest\" is understood");
    config.latentMagnitude = reader.number("latent_magnitude", 3);
    config.latentShift = reader.number("latent_shift", 0.5);
    config.scalingFactor = reader.number("scaling_factor", 1);
    if (config.scalingFactor == 0)
        reader.refuse("scaling_factor", "a number other than 0 is needed");
    for (const char* key : {"force_upcast", "shift_factor", "block_out_channels"})
        reader.ignore(key);
    return config;
}

AutoencoderTiny::AutoencoderTiny(const Weights& weights, const TinyConfig& config) : m_config(config)
{
    buildEncoder(weights["encoder"]["layers"]);
    buildDecoder(weights["decoder"]["layers"]);
}

AutoencoderTiny::Block AutoencoderTiny::block(const Weights& weights, std::int64_t inputs,
                                              std::int64_t outputs) const
{
    Block block{{weights["conv"]["0"], {inputs, outputs}},
                {weights["conv"]["2"], {outputs, outputs}},
                {weights["conv"]["4"], {outputs, outputs}},
                {}};
    if (inputs != outputs)
        block.skip.emplace(weights["skip"], Convolution2d::Shape{inputs, outputs, 1, 1, 0, false});
    return block;
}

void AutoencoderTiny::buildEncoder(const Weights& weights)
{
    const auto& channels = m_config.encoderChannels;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const Weights own = weights[m_encoder.size()];
        if (i == 0)
            m_encoder.emplace_back(Convolution2d(own, {m_config.inputChannels, channels[0]}));
        else
            m_encoder.emplace_back(Convolution2d(own, {channels[i], channels[i], 3, 2, 1, false}));
        for (std::int64_t j = 0; j < m_config.encoderBlocks[i]; ++j)
            m_encoder.emplace_back(block(weights[m_encoder.size()], channels[i], channels[i]));
    }
    m_encoder.emplace_back(
        Convolution2d(weights[m_encoder.size()], {channels.back(), m_config.latentChannels}));
}

void AutoencoderTiny::buildDecoder(const Weights& weights)
{
    const auto& channels = m_config.decoderChannels;
    m_decoder.emplace_back(Convolution2d(weights["0"], {m_config.latentChannels, channels[0]}));
    m_decoder.emplace_back(Activated());
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const bool isLast = i + 1 == channels.size();
        for (std::int64_t j = 0; j < m_config.decoderBlocks[i]; ++j)
            m_decoder.emplace_back(block(weights[m_decoder.size()], channels[i], channels[i]));
        if (!isLast)
            m_decoder.emplace_back(Upsampling());
        m_decoder.emplace_back(
            Convolution2d(weights[m_decoder.size()],
                          {channels[i], isLast ? m_config.outputChannels : channels[i], 3, 1, 1, isLast}));
    }
}

Tensor AutoencoderTiny::through(const std::vector<Layer>& layers, Tensor x,
                                const Evaluation& evaluation) const
{
    for (const auto& layer : layers) {
        if (const auto* convolution = std::get_if<Convolution2d>(&layer)) {
            x = (*convolution)(x);
        } else if (const auto* residual = std::get_if<Block>(&layer)) {
            const Tensor h = residual->third(activate(
                m_config.activation, residual->second(activate(m_config.activation, residual->first(x)))));
            x = at::relu(h + (residual->skip ? (*residual->skip)(x) : x));
        } else if (std::holds_alternative<Upsampling>(layer)) {
            const std::int64_t scale = m_config.upsampling;
            x = at::upsample_nearest2d(x, {x.size(2) * scale, x.size(3) * scale});
        } else {
            x = activate(m_config.activation, x);
        }
        evaluation.blockDone();
    }
    return x;
}

Tensor AutoencoderTiny::encode(const Tensor& picture, const Evaluation& evaluation) const
{
    const at::NoGradGuard noGradients;
    return through(m_encoder, (picture + 1) / 2, evaluation);
}

Tensor AutoencoderTiny::decode(const Tensor& latent, const Evaluation& evaluation) const
{
    const at::NoGradGuard noGradients;
    constexpr double softLimit = 3;
    return through(m_decoder, (latent / softLimit).tanh() * softLimit, evaluation) * 2 - 1;
}

std::int64_t AutoencoderTiny::factor() const
{
    std::int64_t factor = 1;
    for (std::size_t i = 1; i < m_config.decoderChannels.size(); ++i)
        factor *= m_config.upsampling;
    return factor;
}

Tensor AutoencoderTiny::toUnitRange(const Tensor& latent) const
{
    return (latent / (2 * m_config.latentMagnitude) + m_config.latentShift).clamp(0, 1);
}

Tensor AutoencoderTiny::fromUnitRange(const Tensor& values) const
{
    return (values - m_config.latentShift) * (2 * m_config.latentMagnitude);
}

}  // namespace diffuscope::model::diffusers
