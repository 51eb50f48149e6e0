// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model/diffusers/condition_levels.h"

namespace diffuscope::model::diffusers {

LevelSettings conditionLevel(const ConditionConfig& config, const std::string& type, const std::string& name,
                             const ConditionLevel& level)
{
    LevelSettings settings;
    settings.name = name;
    settings.resnet = {.timeWidth = config.blockTimeWidth(),
                       .groups = *config.groups,
                       .epsilon = config.epsilon,
                       .activation = config.activation,
                       .isScaleShift = config.isScaleShift};
    settings.padding = config.downPadding;
    settings.blocks = int(level.blocks);
    const bool isResnet = type.rfind("Resnet", 0) == 0;
    if (isResnet) {
        settings.resnet.outputScale = config.resnetOutputScale;
        settings.resnet.skipsTimeActivation = config.skipsTimeActivation;
    }
    if (level.isResizing)
        settings.resizing = isResnet ? Resizing::resnet : Resizing::convolution;
    if (type.rfind("CrossAttn", 0) == 0 || type == "UNetMidBlock2DCrossAttn") {
        settings.attention.kind = AttentionChoice::Kind::text;
        settings.attention.layersPerBlock = level.transformers;
        settings.attention.transformer = {.heads = config.heads[level.index],
                                          .textWidth = config.textWidth[level.index],
                                          .groups = *config.groups,
                                          .hasLinearProjection = config.hasLinearProjection,
                                          .readsOnlyText = level.readsOnlyText};
    } else if (type.rfind("Attn", 0) == 0) {
        settings.attention.kind = AttentionChoice::Kind::pixels;
        settings.attention.headWidth = config.pixelHeadWidth[level.pixelIndex];
        settings.attention.groups = *config.groups;
    }
    return settings;
}

ConditionTrunk::ConditionTrunk(const Weights& weights, const ConditionConfig& config)
    : m_config(config),
      m_in(weights["conv_in"],
           {config.inputChannels, config.channels[0], config.inputKernel, 1, (config.inputKernel - 1) / 2})
{
    std::int64_t timeInputs = config.channels[0];
    if (config.timeEmbedding == TimeEmbeddingKind::fourier) {
        timeInputs = config.timeWidth;
        m_frequencies = weights["time_proj"].take("weight", {timeInputs / 2});
    }
    m_time.emplace(weights["time_embedding"],
                   TimestepEmbedding::Shape{timeInputs, config.timeWidth, config.activation,
                                            config.timeLastActivation, config.guidanceWidth});
    const Weights classes = weights["class_embedding"];
    if (config.classEmbedding == ClassEmbeddingKind::table)
        m_classTable.emplace(classes, config.classes, config.timeWidth);
    else if (config.classEmbedding == ClassEmbeddingKind::timestep)
        m_classTime.emplace(classes,
                            TimestepEmbedding::Shape{timeInputs, config.timeWidth, config.activation});
    else if (config.classEmbedding == ClassEmbeddingKind::projection)
        m_classTime.emplace(classes, TimestepEmbedding::Shape{config.projectionInputs, config.timeWidth});
    else if (config.classEmbedding == ClassEmbeddingKind::simpleProjection)
        m_classLinear.emplace(classes, config.projectionInputs, config.timeWidth);
    if (config.hasTextTime)
        m_addition.emplace(weights["add_embedding"],
                           TimestepEmbedding::Shape{config.projectionInputs, config.timeWidth});
    if (config.encoderWidth > 0)
        m_textProjection.emplace(weights["encoder_hid_proj"], config.encoderWidth, config.textWidth[0]);

    const std::size_t levels = config.channels.size();
    for (std::size_t i = 0; i < levels; ++i)
        m_down.emplace_back(weights["down_blocks"][i], config.channels[i == 0 ? 0 : i - 1],
                            config.channels[i],
                            conditionLevel(config, config.downTypes[i], "down_blocks." + std::to_string(i),
                                           {i, i, config.layersPerBlock[i], config.transformers[i],
                                            config.readsOnlyText[i], i + 1 < levels}));
    if (config.middleType.empty())
        return;
    const bool attends = config.middleType == "UNetMidBlock2DCrossAttn";
    LevelSettings middle =
        conditionLevel(config, config.middleType, "mid_block",
                       {levels - 1, levels - 1, attends ? 1 : 0, config.transformers.back(), false, false});
    middle.resnet.outputScale = config.middleScale;
    m_middle.emplace(weights["mid_block"], config.channels.back(), middle);
}

Tensor ConditionTrunk::timeFeatures(const Tensor& t, torch::ScalarType type) const
{
    if (m_config.timeEmbedding == TimeEmbeddingKind::fourier)
        return fourierFeatures(t.to(type), m_frequencies, m_config.flipsSinusoid);
    return sinusoid(t, m_config.channels[0], m_config.flipsSinusoid, m_config.frequencyShift).to(type);
}

Tensor ConditionTrunk::classVector(const ConditionInputs& inputs, torch::ScalarType type) const
{
    if (!inputs.labels.defined())
        throw Error(ErrorCode::invalidOption, "The model is conditional on a class, and got none.",
                    "Choose a class.");
    switch (m_config.classEmbedding) {
        case ClassEmbeddingKind::table:
            return (*m_classTable)(inputs.labels.to(torch::kInt64)).to(type);
        case ClassEmbeddingKind::timestep:
            return (*m_classTime)(timeFeatures(inputs.labels, type));
        case ClassEmbeddingKind::projection:
            return (*m_classTime)(inputs.labels.to(type));
        case ClassEmbeddingKind::simpleProjection:
            return (*m_classLinear)(inputs.labels.to(type));
        default:
            return inputs.labels.to(type);
    }
}

Tensor ConditionTrunk::embed(const Tensor& t, const ConditionInputs& inputs, torch::ScalarType type) const
{
    Tensor time = (*m_time)(timeFeatures(t, type), inputs.guidance);
    if (m_config.classEmbedding != ClassEmbeddingKind::none) {
        const Tensor own = classVector(inputs, type);
        time = m_config.concatenatesClass ? at::cat({time, own}, -1) : time + own;
    }
    if (m_addition) {
        if (!inputs.textEmbeds.defined() || !inputs.timeIds.defined())
            throw Error(ErrorCode::invalidOption,
                        "The model is told a pooled text and the picture's sizes, and got none.",
                        "Give it the second text encoder's vector and six numbers.");
        const Tensor sizes = sinusoid(inputs.timeIds.flatten(), m_config.additionTimeWidth,
                                      m_config.flipsSinusoid, m_config.frequencyShift)
                                 .reshape({inputs.textEmbeds.size(0), -1});
        const Tensor joined = at::cat({inputs.textEmbeds.to(type), sizes.to(type)}, -1);
        if (joined.size(1) != m_config.projectionInputs)
            throw Error(ErrorCode::invalidOption,
                        "The pooled text and the sizes make " + std::to_string(joined.size(1)) +
                            " numbers; the model takes " + std::to_string(m_config.projectionInputs) + ".",
                        "Take the text encoders that belong to this model.");
        time = time + (*m_addition)(joined);
    }
    return m_config.timeActivation ? activate(*m_config.timeActivation, time) : time;
}

Tensor ConditionTrunk::textOf(const ConditionInputs& inputs, torch::ScalarType type) const
{
    if (!inputs.text.defined())
        return {};
    const Tensor text = inputs.text.to(type);
    const std::int64_t width = m_textProjection ? m_config.encoderWidth : m_config.textWidth[0];
    if (text.dim() != 3 || text.size(2) != width)
        throw Error(ErrorCode::invalidOption,
                    "The model reads texts of width " + std::to_string(width) + ", the text encoder gives " +
                        std::to_string(text.size(-1)) + ".",
                    "Take the text encoder that belongs to this model.");
    return m_textProjection ? (*m_textProjection)(text) : text;
}

Tensor ConditionTrunk::textBias(const ConditionInputs& inputs, torch::ScalarType type) const
{
    constexpr double dropped = -10000;
    Tensor bias = inputs.textMask.defined() ? (1 - inputs.textMask.to(type)) * dropped : Tensor();
    if (inputs.textBias.defined())
        bias = bias.defined() ? bias + inputs.textBias.to(type) : inputs.textBias.to(type);
    return bias.defined() ? bias.unsqueeze(1).unsqueeze(1) : bias;
}

Tensor ConditionTrunk::down(Tensor x, const BlockInputs& inputs, std::vector<Tensor>& skips) const
{
    skips.push_back(x);
    for (const auto& level : m_down)
        x = level(x, inputs, &skips);
    return x;
}

Tensor ConditionTrunk::middle(Tensor x, const BlockInputs& inputs) const
{
    return m_middle ? (*m_middle)(x, inputs) : x;
}

}  // namespace diffuscope::model::diffusers
