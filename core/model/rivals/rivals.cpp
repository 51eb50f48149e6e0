// SPDX-License-Identifier: GPL-3.0-or-later
// VAE and GAN, module by module.
#include "core/model/rivals/rivals.h"

#include <torch/csrc/autograd/autograd.h>

namespace diffuscope::model {
namespace {

using torch::nn::GroupNorm;

void setPrecisionOf(const torch::nn::Module& root, ConvolutionPrecision precision)
{
    for (const auto& module : root.modules(/*include_self=*/false))
        if (auto* convolution = module->as<ConvolutionImpl>())
            convolution->setPrecision(precision);
}

const RivalConfig& checkedRival(const RivalConfig& config)
{
    validate(config);
    return config;
}

/// Of what a PictureReader makes of a picture.
int mapChannels(const RivalConfig& config)
{
    return config.isDense() ? config.hidden : config.channels;
}

int mapValues(const RivalConfig& config)
{
    return config.isDense() ? config.hidden
                            : config.channels * (config.imageSide / 4) * (config.imageSide / 4);
}

torch::Tensor doubled(const torch::Tensor& x)
{
    return at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
}

torch::Tensor withNormSilu(const GroupNorm& norm, Convolution& convolution, const torch::Tensor& x)
{
    return convolution(normSilu(norm, x, {}, convolution->inputType())).to(torch::kFloat32);
}

}  // namespace

GeneratorImpl::GeneratorImpl(const RivalConfig& config)
    : m_config(config),
      m_classEmbedding(
          register_module("class_embedding", torch::nn::Embedding(config.classes, config.embedding)))
{
    using torch::nn::Linear;
    const int inputs = config.latents + config.embedding, channels = config.channels;
    if (config.isDense()) {
        m_input = register_module("input", Linear(inputs, config.hidden));
        m_hidden = register_module("hidden", Linear(config.hidden, config.hidden));
        m_pixels = register_module("pixels", Linear(config.hidden, config.pixels()));
        return;
    }
    const int side = config.imageSide / 4;
    m_input = register_module("input", Linear(inputs, channels * side * side));
    m_norm1 = register_module("norm1", GroupNorm(config.groups, channels));
    m_conv1 = register_module("conv1", Convolution(channels, channels, 3));
    m_norm2 = register_module("norm2", GroupNorm(config.groups, channels));
    m_conv2 = register_module("conv2", Convolution(channels, channels / 2, 3));
    m_norm3 = register_module("norm3", GroupNorm(config.groups, channels / 2));
    m_output = register_module("output", Convolution(channels / 2, config.imageChannels, 3));
}

torch::Tensor GeneratorImpl::forward(const torch::Tensor& latents, const torch::Tensor& classIds)
{
    auto h = m_input(torch::cat({latents, m_classEmbedding(classIds)}, 1));
    if (m_config.isDense())
        return torch::tanh(m_pixels(torch::silu(m_hidden(torch::silu(h)))))
            .view({latents.size(0), m_config.imageChannels, m_config.imageSide, m_config.imageSide});
    const int64_t side = m_config.imageSide / 4;
    h = h.view({latents.size(0), m_config.channels, side, side})
            .contiguous(torch::MemoryFormat::ChannelsLast);
    h = withNormSilu(m_norm1, m_conv1, doubled(h));
    h = withNormSilu(m_norm2, m_conv2, doubled(h));
    return torch::tanh(withNormSilu(m_norm3, m_output, h)).contiguous();
}

PictureReaderImpl::PictureReaderImpl(const RivalConfig& config)
{
    const int channels = config.channels;
    if (config.isDense()) {
        m_input = register_module("input", torch::nn::Linear(config.pixels(), config.hidden));
        m_hidden = register_module("hidden", torch::nn::Linear(config.hidden, config.hidden));
        return;
    }
    m_stem = register_module("stem", Convolution(config.imageChannels, channels / 2, 3));
    m_norm1 = register_module("norm1", GroupNorm(config.groups, channels / 2));
    m_conv1 = register_module("conv1", Convolution(channels / 2, channels, 3, 2));
    m_norm2 = register_module("norm2", GroupNorm(config.groups, channels));
    m_conv2 = register_module("conv2", Convolution(channels, channels, 3, 2));
    m_norm3 = register_module("norm3", GroupNorm(config.groups, channels));
}

torch::Tensor PictureReaderImpl::forward(const torch::Tensor& images)
{
    if (m_input)
        return torch::silu(m_hidden(torch::silu(m_input(images.flatten(1))))).unsqueeze(-1).unsqueeze(-1);
    auto h = m_stem(images.contiguous(torch::MemoryFormat::ChannelsLast)).to(torch::kFloat32);
    h = withNormSilu(m_norm1, m_conv1, h);
    h = withNormSilu(m_norm2, m_conv2, h);
    return normSilu(m_norm3, h, {}, torch::kFloat32);
}

VaeImpl::VaeImpl(const RivalConfig& config)
    : m_config(checkedRival(config)),
      m_reader(register_module("reader", PictureReader(config))),
      m_classEmbedding(
          register_module("class_embedding", torch::nn::Embedding(config.classes, config.embedding))),
      m_latents(register_module("latents",
                                torch::nn::Linear(mapValues(config) + config.embedding, 2 * config.latents))),
      m_generator(register_module("generator", Generator(config)))
{
}

torch::Tensor VaeImpl::loss(const torch::Tensor& images, const torch::Tensor& classIds,
                            const torch::Tensor& noise)
{
    const auto read = m_reader(images).flatten(1);
    const auto parts = m_latents(torch::cat({read, m_classEmbedding(classIds)}, 1)).chunk(2, 1);
    const auto logVariance = parts[1].clamp(-20.0, 10.0);
    const auto made = m_generator(parts[0] + torch::exp(logVariance / 2) * noise, classIds);
    // In [-1, 1]; as probabilities in [0, 1].
    const auto likely = (made * (0.5 - 1e-4) + 0.5), wanted = images * 0.5 + 0.5;
    const auto pixels = torch::binary_cross_entropy(likely, wanted, {}, at::Reduction::Sum);
    const auto divergence = (parts[0].square() + logVariance.exp() - 1.0 - logVariance).sum() / 2;
    return (pixels + divergence) / images.size(0);
}

void VaeImpl::setConvolutionPrecision(ConvolutionPrecision precision)
{
    setPrecisionOf(*this, precision);
}

GanImpl::GanImpl(const RivalConfig& config)
    : m_config(checkedRival(config)),
      m_generator(register_module("generator", Generator(config))),
      m_reader(register_module("reader", PictureReader(config))),
      m_verdict(register_module("verdict", torch::nn::Linear(mapChannels(config), 1))),
      m_classVerdict(
          register_module("class_verdict", torch::nn::Embedding(config.classes, mapChannels(config))))
{
    torch::NoGradGuard noGrad;
    m_classVerdict->weight.mul_(0.1);
}

torch::Tensor GanImpl::judge(const torch::Tensor& images, const torch::Tensor& classIds)
{
    const auto read = m_reader(images).mean(at::IntArrayRef{2, 3});
    return m_verdict(read).squeeze(1) + (read * m_classVerdict(classIds)).sum(1);
}

torch::Tensor GanImpl::loss(const torch::Tensor& images, const torch::Tensor& classIds,
                            const torch::Tensor& noise)
{
    const auto fake = m_generator(noise, classIds);
    // The generator's gradient passes through the discriminator, but must not reach its weights.
    const auto seen = fake.detach().requires_grad_(true);
    const auto fakeVerdict = judge(seen, classIds);
    const auto toGenerator =
        torch::autograd::grad({-fakeVerdict.mean()}, {seen}, {}, /*retain_graph=*/true)[0].detach();
    const auto realVerdict = judge(images, classIds);
    const auto hinge = torch::relu(1.0 - realVerdict).mean() + torch::relu(1.0 + fakeVerdict).mean();
    return hinge + (fake * toGenerator).sum();
}

void GanImpl::setConvolutionPrecision(ConvolutionPrecision precision)
{
    setPrecisionOf(*this, precision);
}

int64_t weightCount(const torch::nn::Module& module)
{
    int64_t count = 0;
    for (const auto& parameter : module.parameters())
        count += parameter.numel();
    return count;
}

}  // namespace diffuscope::model
