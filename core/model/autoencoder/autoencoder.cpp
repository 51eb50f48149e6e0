// SPDX-License-Identifier: GPL-3.0-or-later
// The autoencoder, module by module.
#include "core/model/autoencoder/autoencoder.h"

#include <string>

namespace diffuscope::model {
namespace {

constexpr double commitment = 0.25;  // van den Oord et al. 2017, section 3.2

torch::Tensor channelsLast(const torch::Tensor& x)
{
    return x.contiguous(torch::MemoryFormat::ChannelsLast);
}

}  // namespace

PictureBlockImpl::PictureBlockImpl(int channels, int groups)
    : m_norm1(register_module("norm1", torch::nn::GroupNorm(groups, channels))),
      m_conv1(register_module("conv1", Convolution(channels, channels, 3))),
      m_norm2(register_module("norm2", torch::nn::GroupNorm(groups, channels))),
      m_conv2(register_module("conv2", Convolution(channels, channels, 3)))
{
    m_conv2->setToZero();
}

torch::Tensor PictureBlockImpl::forward(const torch::Tensor& x)
{
    const auto first = m_conv1(normSilu(m_norm1, x, {}, m_conv1->inputType()));
    return x + m_conv2(normSilu(m_norm2, first, {}, m_conv2->inputType())).to(torch::kFloat32);
}

PictureEncoderImpl::PictureEncoderImpl(const AutoencoderConfig& config) : m_config(config)
{
    const int values = config.imageChannels * config.patch * config.patch;
    m_stem = register_module("stem", Convolution(values, config.channels, 3));
    for (int level = 0; level <= config.halvings; ++level) {
        const auto number = std::to_string(level);
        m_blocks.emplace_back();
        for (int block = 0; block < config.blocks; ++block)
            m_blocks.back().push_back(register_module("block" + number + "_" + std::to_string(block),
                                                      PictureBlock(config.channelsAt(level), config.groups)));
        if (level < config.halvings)
            m_halve.push_back(register_module(
                "halve" + number, Convolution(config.channelsAt(level), config.channelsAt(level + 1), 3, 2)));
    }
    const int coarsest = config.channelsAt(config.halvings);
    m_norm = register_module("norm", torch::nn::GroupNorm(config.groups, coarsest));
    const int outputs = config.latentChannels * (config.kind == LatentKind::gaussian ? 2 : 1);
    m_output = register_module("output", Convolution(coarsest, outputs, 3));
}

torch::Tensor PictureEncoderImpl::forward(const torch::Tensor& images)
{
    auto h = m_config.patch == 1 ? images : torch::pixel_unshuffle(images, m_config.patch);
    h = m_stem(channelsLast(h)).to(torch::kFloat32);
    for (size_t level = 0; level < m_blocks.size(); ++level) {
        for (auto& block : m_blocks[level])
            h = block(h);
        if (level < m_halve.size())
            h = m_halve[level](h).to(torch::kFloat32);
    }
    return m_output(normSilu(m_norm, h, {}, m_output->inputType())).to(torch::kFloat32);
}

PictureDecoderImpl::PictureDecoderImpl(const AutoencoderConfig& config) : m_config(config)
{
    const int coarsest = config.channelsAt(config.halvings);
    m_stem = register_module("stem", Convolution(config.latentChannels, coarsest, 3));
    for (int level = config.halvings; level >= 0; --level) {
        const auto number = std::to_string(level);
        m_blocks.emplace_back();
        for (int block = 0; block < config.blocks; ++block)
            m_blocks.back().push_back(register_module("block" + number + "_" + std::to_string(block),
                                                      PictureBlock(config.channelsAt(level), config.groups)));
        if (level > 0)
            m_double.push_back(register_module(
                "double" + number, Convolution(config.channelsAt(level), config.channelsAt(level - 1), 3)));
    }
    m_norm = register_module("norm", torch::nn::GroupNorm(config.groups, config.channels));
    m_output = register_module(
        "output", Convolution(config.channels, config.imageChannels * config.patch * config.patch, 3));
}

torch::Tensor PictureDecoderImpl::forward(const torch::Tensor& latents)
{
    auto h = m_stem(channelsLast(latents)).to(torch::kFloat32);
    for (size_t level = 0; level < m_blocks.size(); ++level) {
        for (auto& block : m_blocks[level])
            h = block(h);
        if (level < m_double.size())
            h = m_double[level](at::upsample_nearest2d(h, {2 * h.size(2), 2 * h.size(3)}))
                    .to(torch::kFloat32);
    }
    h = m_output(normSilu(m_norm, h, {}, m_output->inputType())).to(torch::kFloat32);
    return (m_config.patch == 1 ? h : torch::pixel_shuffle(h, m_config.patch)).contiguous();
}

AutoencoderImpl::AutoencoderImpl(const AutoencoderConfig& config) : m_config(config)
{
    validate(config);
    m_encoder = register_module("encoder", PictureEncoder(config));
    m_decoder = register_module("decoder", PictureDecoder(config));
    if (config.kind == LatentKind::codebook)
        m_codes = register_parameter("codes", torch::randn({config.codes, config.latentChannels}));
}

torch::Tensor AutoencoderImpl::nearestCodes(const torch::Tensor& latents)
{
    const auto rows = latents.permute({0, 2, 3, 1}).reshape({-1, m_config.latentChannels});
    const auto nearest = torch::cdist(rows.detach(), m_codes.detach()).argmin(1);
    return m_codes.index_select(0, nearest)
        .view({latents.size(0), latents.size(2), latents.size(3), m_config.latentChannels})
        .permute({0, 3, 1, 2});
}

AutoencoderImpl::Pass AutoencoderImpl::forward(const torch::Tensor& images, const torch::Tensor& noise)
{
    const auto encoded = m_encoder(images);
    if (m_config.kind == LatentKind::codebook) {
        const auto codes = nearestCodes(encoded);
        const auto regularity =
            torch::mse_loss(codes, encoded.detach()) + commitment * torch::mse_loss(encoded, codes.detach());
        // Straight through: decoded from the code, with the gradient of the latent.
        return {m_decoder(encoded + (codes - encoded).detach()), regularity};
    }
    const auto parts = encoded.chunk(2, 1);
    const auto logVariance = parts[1].clamp(-20.0, 10.0);
    const auto latents = parts[0] + torch::exp(logVariance / 2) * noise;
    const auto regularity = (parts[0].square() + logVariance.exp() - 1.0 - logVariance).mean() / 2;
    return {m_decoder(latents), regularity};
}

torch::Tensor AutoencoderImpl::encode(const torch::Tensor& images)
{
    const auto encoded = m_encoder(images);
    return m_config.kind == LatentKind::codebook ? nearestCodes(encoded) : encoded.chunk(2, 1)[0];
}

int64_t AutoencoderImpl::parameterCount() const
{
    int64_t count = 0;
    for (const auto& parameter : parameters())
        count += parameter.numel();
    return count;
}

void AutoencoderImpl::setConvolutionPrecision(ConvolutionPrecision precision)
{
    for (const auto& module : modules(/*include_self=*/false))
        if (auto* convolution = module->as<ConvolutionImpl>())
            convolution->setPrecision(precision);
}

}  // namespace diffuscope::model
