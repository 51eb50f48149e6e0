// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/unet2d_condition.h"

#include "core/base/error.h"
#include "core/model/diffusers/condition_levels.h"

#include <cmath>

namespace diffuscope::model::diffusers {

UNet2dCondition::UNet2dCondition(const Weights& weights, const ConditionConfig& config)
    : m_trunk(weights, config)
{
    const std::size_t levels = config.channels.size();
    const auto reversed = [&](std::size_t i) { return config.channels[levels - 1 - i]; };
    for (std::size_t i = 0; i < levels; ++i) {
        const std::size_t own = levels - 1 - i;
        m_up.emplace_back(weights["up_blocks"][i], reversed(i == 0 ? 0 : i - 1), reversed(i),
                          reversed(std::min(i + 1, levels - 1)),
                          conditionLevel(config, config.upTypes[i], "up_blocks." + std::to_string(i),
                                         {own, i, config.layersPerBlock[own] + 1, config.upTransformers[i],
                                          config.readsOnlyText[own], i + 1 < levels}));
    }
    m_norm.emplace(weights["conv_norm_out"], config.channels[0], *config.groups, config.epsilon);
    m_out.emplace(weights["conv_out"],
                  Convolution2d::Shape{config.channels[0], config.outputChannels, config.outputKernel, 1,
                                       (config.outputKernel - 1) / 2});
}

Tensor UNet2dCondition::forward(const Tensor& sample, const Tensor& t, const ConditionInputs& inputs,
                                const Evaluation& evaluation) const
{
    const at::NoGradGuard noGradients;
    const auto type = sample.scalar_type();
    if (sample.dim() != 4 || sample.size(1) != config().inputChannels)
        throw Error(ErrorCode::invalidOption,
                    "The model takes " + std::to_string(config().inputChannels) + " channels.",
                    "Give it latents of this kind.");
    const Tensor time = m_trunk.embed(t, inputs, type);
    const BlockInputs block{time, m_trunk.textOf(inputs, type), m_trunk.textBias(inputs, type), evaluation};
    std::vector<Tensor> skips;
    Tensor x = m_trunk.enter(config().centersInput ? 2 * sample - 1 : sample);
    x = m_trunk.down(x, block, skips);
    if (!inputs.downResiduals.empty()) {
        if (inputs.downResiduals.size() != skips.size())
            throw Error(ErrorCode::invalidOption, "The ControlNet belongs to a model with other levels.",
                        "Take one for this model.");
        for (std::size_t i = 0; i < skips.size(); ++i)
            skips[i] = skips[i] + inputs.downResiduals[i];
    }
    x = m_trunk.middle(x, block);
    if (inputs.middleResidual.defined())
        x = x + inputs.middleResidual;
    for (std::size_t i = 0; i < m_up.size(); ++i) {
        // Where a size did not halve evenly, the state becomes as large as the next skip.
        std::vector<std::int64_t> size;
        if (m_up[i].isUpsampling()) {
            const Tensor& next = skips[skips.size() - 1 - m_up[i].blocks()];
            size = {next.size(2), next.size(3)};
        }
        x = m_up[i](x, &skips, block, size);
    }
    return (*m_out)(activate(config().activation, (*m_norm)(x)));
}

ControlNet::ControlNet(const Weights& weights, const ConditionConfig& config) : m_trunk(weights, config)
{
    const Weights picture = weights["controlnet_cond_embedding"];
    const auto& widths = config.pictureEmbedding;
    m_picture.emplace_back(picture["conv_in"], Convolution2d::Shape{config.pictureChannels, widths[0]});
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
        m_picture.emplace_back(picture["blocks"][2 * i], Convolution2d::Shape{widths[i], widths[i]});
        m_picture.emplace_back(picture["blocks"][2 * i + 1],
                               Convolution2d::Shape{widths[i], widths[i + 1], 3, 2});
    }
    m_picture.emplace_back(picture["conv_out"], Convolution2d::Shape{widths.back(), config.channels[0]});
    const auto addTap = [&](std::int64_t channels) {
        m_downTaps.emplace_back(weights["controlnet_down_blocks"][m_downTaps.size()],
                                Convolution2d::Shape{channels, channels, 1, 1, 0});
    };
    addTap(config.channels[0]);
    for (std::size_t i = 0; i < config.channels.size(); ++i) {
        for (std::int64_t layer = 0; layer < config.layersPerBlock[i]; ++layer)
            addTap(config.channels[i]);
        if (i + 1 < config.channels.size())
            addTap(config.channels[i]);
    }
    m_middleTap.emplace(weights["controlnet_mid_block"],
                        Convolution2d::Shape{config.channels.back(), config.channels.back(), 1, 1, 0});
}

ControlResiduals ControlNet::forward(const Tensor& sample, const Tensor& t, const Tensor& picture,
                                     const ConditionInputs& inputs, double scale, bool guesses,
                                     const Evaluation& evaluation) const
{
    const at::NoGradGuard noGradients;
    const auto type = sample.scalar_type();
    Tensor control = (m_trunk.config().isBgr ? picture.flip({1}) : picture).to(type);
    for (std::size_t i = 0; i < m_picture.size(); ++i) {
        control = m_picture[i](control);
        if (i + 1 < m_picture.size())
            control = at::silu(control);
    }
    Tensor x = m_trunk.enter(sample);
    if (x.sizes() != control.sizes())
        throw Error(ErrorCode::invalidOption,
                    "The picture of the ControlNet is not as large as the sample it is to steer.",
                    "Scale the picture to the size of the result.");
    const BlockInputs block{m_trunk.embed(t, inputs, type), m_trunk.textOf(inputs, type),
                            m_trunk.textBias(inputs, type), evaluation};
    ControlResiduals result;
    x = m_trunk.middle(m_trunk.down(x + control, block, result.down), block);
    result.middle = (*m_middleTap)(x);
    const bool grows = guesses && !m_trunk.config().poolsResiduals;
    const std::size_t count = result.down.size();
    for (std::size_t i = 0; i <= count; ++i) {
        Tensor& residual = i < count ? result.down[i] : result.middle;
        if (i < count)
            residual = m_downTaps[i](residual);
        residual = residual * (grows ? scale * std::pow(10.0, -1 + double(i) / double(count)) : scale);
        if (m_trunk.config().poolsResiduals)
            residual = residual.mean({2, 3}, true);
    }
    return result;
}

}  // namespace diffuscope::model::diffusers
