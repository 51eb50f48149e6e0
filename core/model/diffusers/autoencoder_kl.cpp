// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model/diffusers/autoencoder.h"

#include <algorithm>

namespace diffuscope::model::diffusers {
namespace {

constexpr std::int64_t mostWidths = 1 << 16;
constexpr double autoencoderEpsilon = 1e-6;  // of every norm, whatever the configuration

LevelSettings autoencoderLevel(const AutoencoderConfig& config, bool attends, std::int64_t channels)
{
    LevelSettings settings;
    settings.resnet = {
        .groups = config.groups, .epsilon = autoencoderEpsilon, .activation = config.activation};
    settings.padding = 0;
    if (attends) {
        settings.attention.kind = AttentionChoice::Kind::pixels;
        settings.attention.headWidth = channels;
        settings.attention.groups = config.groups;
    }
    return settings;
}

std::vector<std::string> autoencoderTypes(const ConfigReader& reader, std::vector<std::string> types,
                                          const char* plain, const char* attending, std::size_t count)
{
    for (const auto& type : types)
        if (type != plain && type != attending)
            throw Error(ErrorCode::invalidFile,
                        reader.where() + " uses the block type \"" + type.substr(0, 80) +
                            "\", which is not understood.",
                        std::string("Understood are ") + plain + " and " + attending + ".");
    if (types.size() != count)
        reader.refuse("block_out_channels", "the lists of blocks and of channels must have one length");
    return types;
}

Tensor columns(const std::vector<double>& values, const Tensor& like)
{
    return at::tensor(values, at::TensorOptions(torch::kFloat64)).to(like.options()).view({1, -1, 1, 1});
}

}  // namespace

AutoencoderConfig readAutoencoderConfig(ConfigReader& reader, bool isVq)
{
    AutoencoderConfig config;
    config.isVq = isVq;
    config.inputChannels = reader.integer("in_channels", 3, 1, mostWidths);
    config.outputChannels = reader.integer("out_channels", 3, 1, mostWidths);
    config.channels = reader.integers("block_out_channels", {64}, 1, mostWidths);
    const std::size_t count = config.channels.size();
    config.downTypes = autoencoderTypes(reader, reader.texts("down_block_types", {"DownEncoderBlock2D"}),
                                        "DownEncoderBlock2D", "AttnDownEncoderBlock2D", count);
    config.upTypes = autoencoderTypes(reader, reader.texts("up_block_types", {"UpDecoderBlock2D"}),
                                      "UpDecoderBlock2D", "AttnUpDecoderBlock2D", count);
    config.layersPerBlock = reader.integer("layers_per_block", 1, 1, 64);
    config.activation = activationOf(reader.text("act_fn", "silu"), reader.where());
    config.latentChannels = reader.integer("latent_channels", isVq ? 3 : 4, 1, mostWidths);
    config.groups = reader.integer("norm_num_groups", 32, 1, mostWidths);
    config.hasMiddleAttention = reader.flag("mid_block_add_attention", true);
    if (reader.raw("sample_size").is_array())
        config.sampleSize = reader.integers("sample_size", {}, 1, mostWidths);
    else if (const auto size = reader.optionalInteger("sample_size", std::nullopt, 1, mostWidths))
        config.sampleSize = {*size, *size};
    const bool isSilent = !reader.has("scaling_factor");
    config.scalingFactor = reader.number("scaling_factor", 0.18215);
    if (isVq && isSilent) {
        config.scalingFactor = 1;
        config.notices.push_back(
            "The configuration does not say the scale of the latents; 1 is taken, as these models were "
            "trained.");
    }
    if (config.scalingFactor == 0)
        reader.refuse("scaling_factor", "a number other than 0 is needed");
    if (isVq) {
        config.codes = reader.integer("num_vq_embeddings", 256, 1, 1 << 24);
        config.codeWidth = reader.integer("vq_embed_dim", config.latentChannels, 1, mostWidths);
        if (reader.text("norm_type", "group") != "group")
            reader.refuse("norm_type", "only \"group\" is understood");
        if (reader.flag("lookup_from_codebook", false))
            reader.refuse("lookup_from_codebook", "only false is understood");
    } else {
        config.hasQuantConvolution = reader.flag("use_quant_conv", true);
        config.hasPostQuantConvolution = reader.flag("use_post_quant_conv", true);
        config.shiftFactor = reader.number("shift_factor", 0);
        config.latentsMean = reader.numbers("latents_mean");
        config.latentsStd = reader.numbers("latents_std");
        for (const auto* list : {&config.latentsMean, &config.latentsStd})
            if (!list->empty() && list->size() != std::size_t(config.latentChannels))
                reader.refuse("latents_mean", "one number for each latent channel is needed");
    }
    reader.ignore("force_upcast");
    return config;
}

AutoencoderKl::AutoencoderKl(const Weights& weights, const AutoencoderConfig& config) : m_config(config)
{
    const auto& channels = config.channels;
    const std::size_t levels = channels.size();
    const std::int64_t moments = config.isVq ? config.latentChannels : 2 * config.latentChannels;
    const Weights encoder = weights["encoder"];
    m_encoderIn.emplace(encoder["conv_in"], Convolution2d::Shape{config.inputChannels, channels[0]});
    for (std::size_t i = 0; i < levels; ++i) {
        LevelSettings settings =
            autoencoderLevel(config, config.downTypes[i] == "AttnDownEncoderBlock2D", channels[i]);
        settings.blocks = int(config.layersPerBlock);
        settings.resizing = i + 1 < levels ? Resizing::convolution : Resizing::none;
        m_down.emplace_back(encoder["down_blocks"][i], channels[i == 0 ? 0 : i - 1], channels[i], settings);
    }
    const LevelSettings middle = autoencoderLevel(config, config.hasMiddleAttention, channels.back());
    m_encoderMiddle.emplace(encoder["mid_block"], channels.back(), middle);
    m_encoderNorm.emplace(encoder["conv_norm_out"], channels.back(), config.groups, autoencoderEpsilon);
    m_encoderOut.emplace(encoder["conv_out"], Convolution2d::Shape{channels.back(), moments});

    const std::int64_t codeWidth = config.isVq ? config.codeWidth : moments;
    if (config.hasQuantConvolution)
        m_quant.emplace(weights["quant_conv"], Convolution2d::Shape{moments, codeWidth, 1, 1, 0});
    if (config.isVq)
        m_codes = weights["quantize"]["embedding"].take("weight", {config.codes, config.codeWidth});
    if (config.hasPostQuantConvolution)
        m_postQuant.emplace(weights["post_quant_conv"],
                            Convolution2d::Shape{config.isVq ? config.codeWidth : config.latentChannels,
                                                 config.latentChannels, 1, 1, 0});

    const Weights decoder = weights["decoder"];
    m_decoderIn.emplace(decoder["conv_in"], Convolution2d::Shape{config.latentChannels, channels.back()});
    m_decoderMiddle.emplace(decoder["mid_block"], channels.back(), middle);
    for (std::size_t i = 0; i < levels; ++i) {
        const auto reversed = [&](std::size_t k) { return channels[levels - 1 - k]; };
        LevelSettings settings =
            autoencoderLevel(config, config.upTypes[i] == "AttnUpDecoderBlock2D", reversed(i));
        settings.blocks = int(config.layersPerBlock + 1);
        settings.resizing = i + 1 < levels ? Resizing::convolution : Resizing::none;
        m_up.emplace_back(decoder["up_blocks"][i], reversed(i == 0 ? 0 : i - 1), reversed(i), 0, settings);
    }
    m_decoderNorm.emplace(decoder["conv_norm_out"], channels[0], config.groups, autoencoderEpsilon);
    m_decoderOut.emplace(decoder["conv_out"], Convolution2d::Shape{channels[0], config.outputChannels});
}

std::int64_t AutoencoderKl::latentChannels() const
{
    return m_config.isVq ? m_config.codeWidth : m_config.latentChannels;
}

Tensor AutoencoderKl::encoded(const Tensor& picture, const Evaluation& evaluation) const
{
    const BlockInputs inputs{{}, {}, {}, evaluation};
    Tensor x = (*m_encoderIn)(picture);
    for (const auto& level : m_down)
        x = level(x, inputs);
    x = (*m_encoderOut)(at::silu((*m_encoderNorm)((*m_encoderMiddle)(x, inputs))));
    return m_quant ? (*m_quant)(x) : x;
}

Tensor AutoencoderKl::decoded(Tensor x, const Evaluation& evaluation) const
{
    const BlockInputs inputs{{}, {}, {}, evaluation};
    if (m_postQuant)
        x = (*m_postQuant)(x);
    x = (*m_decoderMiddle)((*m_decoderIn)(x), inputs);
    for (const auto& level : m_up)
        x = level(x, nullptr, inputs);
    return (*m_decoderOut)(at::silu((*m_decoderNorm)(x)));
}

std::pair<Tensor, Tensor> AutoencoderKl::moments(const Tensor& picture, const Evaluation& evaluation) const
{
    const at::NoGradGuard noGradients;
    const auto halves = encoded(picture, evaluation).chunk(2, 1);
    return {halves[0], halves[1].clamp(-30, 20)};
}

Tensor AutoencoderKl::encode(const Tensor& picture, const Evaluation& evaluation) const
{
    const at::NoGradGuard noGradients;
    return m_config.isVq ? encoded(picture, evaluation) : moments(picture, evaluation).first;
}

Tensor AutoencoderKl::decode(const Tensor& latent, const Evaluation& evaluation) const
{
    const at::NoGradGuard noGradients;
    return decoded(m_config.isVq ? quantised(latent).first : latent, evaluation);
}

Tensor AutoencoderKl::decodeUnquantised(const Tensor& latent, const Evaluation& evaluation) const
{
    const at::NoGradGuard noGradients;
    return decoded(latent, evaluation);
}

std::pair<Tensor, Tensor> AutoencoderKl::quantised(const Tensor& latent) const
{
    const Tensor codes = m_codes.to(latent.scalar_type());
    const Tensor vectors = latent.permute({0, 2, 3, 1}).reshape({-1, latent.size(1)});
    const Tensor numbers = at::cdist(vectors, codes).argmin(1);
    const Tensor nearest = at::embedding(codes, numbers)
                               .view({latent.size(0), latent.size(2), latent.size(3), latent.size(1)})
                               .permute({0, 3, 1, 2})
                               .contiguous();
    return {nearest, numbers};
}

Tensor AutoencoderKl::unscaled(const Tensor& latent) const
{
    if (!m_config.latentsMean.empty() && !m_config.latentsStd.empty())
        return latent * columns(m_config.latentsStd, latent) / m_config.scalingFactor +
               columns(m_config.latentsMean, latent);
    const Tensor z = latent / m_config.scalingFactor;
    return m_config.shiftFactor == 0 ? z : z + m_config.shiftFactor;
}

Tensor AutoencoderKl::scaled(const Tensor& latent) const
{
    if (!m_config.latentsMean.empty() && !m_config.latentsStd.empty())
        return (latent - columns(m_config.latentsMean, latent)) * m_config.scalingFactor /
               columns(m_config.latentsStd, latent);
    return (latent - m_config.shiftFactor) * m_config.scalingFactor;
}

Tensor AutoencoderKl::decodeTiled(const Tensor& latent, std::int64_t tile, const Evaluation& evaluation) const
{
    const at::NoGradGuard noGradients;
    const std::int64_t height = latent.size(2);
    const std::int64_t width = latent.size(3);
    if (height <= tile && width <= tile)
        return decode(latent, evaluation);
    const std::int64_t stride = std::max<std::int64_t>(1, tile * 3 / 4);
    const std::int64_t scale = factor();
    const Tensor z = m_config.isVq ? quantised(latent).first : latent;
    Tensor sum =
        at::zeros({latent.size(0), m_config.outputChannels, height * scale, width * scale}, latent.options());
    Tensor weight = at::zeros({1, 1, height * scale, width * scale}, latent.options());
    // A tile's weight falls to its sides, so that neighbours pass into each other without an edge.
    const auto ramp = [&](std::int64_t size) {
        const Tensor position = at::arange(size * scale, latent.options()) + 0.5;
        return at::minimum(position, double(size * scale) - position);
    };
    const auto starts = [&](std::int64_t size) {
        std::vector<std::int64_t> result;
        for (std::int64_t start = 0; start < size; start += stride) {
            result.push_back(std::max<std::int64_t>(0, std::min(start, size - tile)));
            if (start + tile >= size)
                break;
        }
        return result;
    };
    for (const auto top : starts(height))
        for (const auto left : starts(width)) {
            const std::int64_t rows = std::min(tile, height - top);
            const std::int64_t across = std::min(tile, width - left);
            const Tensor part =
                decoded(z.narrow(2, top, rows).narrow(3, left, across).contiguous(), evaluation);
            const Tensor mask = ramp(rows).unsqueeze(1) * ramp(across).unsqueeze(0);
            const auto place = [&](Tensor& whole) {
                return whole.narrow(2, top * scale, rows * scale).narrow(3, left * scale, across * scale);
            };
            place(sum).add_(part * mask);
            place(weight).add_(mask);
        }
    return sum / weight;
}

}  // namespace diffuscope::model::diffusers
