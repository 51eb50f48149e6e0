// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/levels.h"

namespace diffuscope::model::diffusers {
namespace {

LevelAttention makeAttention(const Weights& weights, std::size_t index, std::int64_t channels,
                             const LevelSettings& settings)
{
    const AttentionChoice& choice = settings.attention;
    const Weights own = weights["attentions"][index];
    switch (choice.kind) {
        case AttentionChoice::Kind::none:
            break;
        case AttentionChoice::Kind::pixels:
            return PixelAttention(own, channels, choice.headWidth, choice.groups, settings.resnet.epsilon,
                                  settings.resnet.outputScale);
        case AttentionChoice::Kind::text: {
            TransformerSettings transformer = choice.transformer;
            if (index < choice.layersPerBlock.size())
                transformer.layers = choice.layersPerBlock[index];
            return TextTransformer(own, channels, transformer,
                                   settings.name + ".attentions." + std::to_string(index));
        }
    }
    return {};
}

Tensor attended(const LevelAttention& attention, const Tensor& x, const BlockInputs& inputs)
{
    if (const auto* pixels = std::get_if<PixelAttention>(&attention))
        return (*pixels)(x, inputs);
    if (const auto* text = std::get_if<TextTransformer>(&attention))
        return (*text)(x, inputs);
    return x;
}

}  // namespace

DownLevel::DownLevel(const Weights& weights, std::int64_t inputs, std::int64_t outputs,
                     const LevelSettings& settings)
    : m_padding(settings.padding)
{
    for (std::size_t index = 0; index < std::size_t(settings.blocks); ++index) {
        m_resnets.emplace_back(weights["resnets"][index], index == 0 ? inputs : outputs, outputs,
                               settings.resnet);
        m_attentions.push_back(makeAttention(weights, index, outputs, settings));
    }
    const Weights down = weights["downsamplers"]["0"];
    if (settings.resizing == Resizing::convolution)
        m_down = Convolution2d(down["conv"], {outputs, outputs, 3, 2, m_padding});
    else if (settings.resizing == Resizing::resnet)
        m_down = ResnetBlock(down, outputs, outputs, settings.resnet, ResnetBlock::Sampling::down);
}

Tensor DownLevel::operator()(Tensor x, const BlockInputs& inputs, std::vector<Tensor>* skips) const
{
    for (std::size_t index = 0; index < m_resnets.size(); ++index) {
        x = attended(m_attentions[index], m_resnets[index](x, inputs), inputs);
        if (skips != nullptr)
            skips->push_back(x);
    }
    if (const auto* convolution = std::get_if<Convolution2d>(&m_down)) {
        // Padding 0 means one row below and one column to the right.
        x = (*convolution)(m_padding == 0 ? at::constant_pad_nd(x, {0, 1, 0, 1}) : x);
    } else if (const auto* resnet = std::get_if<ResnetBlock>(&m_down)) {
        x = (*resnet)(x, inputs);
    } else {
        return x;
    }
    if (skips != nullptr)
        skips->push_back(x);
    return x;
}

MiddleLevel::MiddleLevel(const Weights& weights, std::int64_t channels, const LevelSettings& settings)
{
    m_resnets.emplace_back(weights["resnets"]["0"], channels, channels, settings.resnet);
    for (std::size_t index = 0; index < std::size_t(settings.blocks); ++index) {
        m_attentions.push_back(makeAttention(weights, index, channels, settings));
        m_resnets.emplace_back(weights["resnets"][index + 1], channels, channels, settings.resnet);
    }
}

Tensor MiddleLevel::operator()(Tensor x, const BlockInputs& inputs) const
{
    x = m_resnets[0](x, inputs);
    for (std::size_t index = 0; index < m_attentions.size(); ++index)
        x = m_resnets[index + 1](attended(m_attentions[index], x, inputs), inputs);
    return x;
}

UpLevel::UpLevel(const Weights& weights, std::int64_t previous, std::int64_t outputs, std::int64_t lower,
                 const LevelSettings& settings)
{
    for (std::size_t index = 0; index < std::size_t(settings.blocks); ++index) {
        const bool isLast = index + 1 == std::size_t(settings.blocks);
        const std::int64_t skip = lower == 0 ? 0 : (isLast ? lower : outputs);
        const std::int64_t own = index == 0 ? previous : outputs;
        m_resnets.emplace_back(weights["resnets"][index], own + skip, outputs, settings.resnet);
        m_attentions.push_back(makeAttention(weights, index, outputs, settings));
    }
    const Weights up = weights["upsamplers"]["0"];
    if (settings.resizing == Resizing::convolution)
        m_up = Convolution2d(up["conv"], {outputs, outputs});
    else if (settings.resizing == Resizing::resnet)
        m_up = ResnetBlock(up, outputs, outputs, settings.resnet, ResnetBlock::Sampling::up);
}

Tensor UpLevel::operator()(Tensor x, std::vector<Tensor>* skips, const BlockInputs& inputs,
                           torch::IntArrayRef size) const
{
    for (std::size_t index = 0; index < m_resnets.size(); ++index) {
        if (skips != nullptr) {
            x = at::cat({x, skips->back()}, 1);
            skips->pop_back();
        }
        x = attended(m_attentions[index], m_resnets[index](x, inputs), inputs);
    }
    if (const auto* convolution = std::get_if<Convolution2d>(&m_up))
        return (*convolution)(upsampleNearest(x, size));
    if (const auto* resnet = std::get_if<ResnetBlock>(&m_up))
        return (*resnet)(x, inputs);
    return x;
}

}  // namespace diffuscope::model::diffusers
