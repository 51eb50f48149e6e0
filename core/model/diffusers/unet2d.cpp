// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/unet2d.h"

#include "core/base/error.h"

namespace diffuscope::model::diffusers {
namespace {

constexpr double twoPi = 6.283185307179586;

LevelSettings levelSettings(const UNet2dConfig& config, const std::string& type, std::int64_t channels,
                            bool isDown, bool isResizing)
{
    LevelSettings settings;
    settings.resnet = {.timeWidth = config.timeWidth,
                       .groups = config.groups,
                       .epsilon = config.epsilon,
                       .activation = config.activation,
                       .isScaleShift = config.isScaleShift};
    settings.padding = config.downPadding;
    settings.blocks = int(isDown ? config.layersPerBlock : config.layersPerBlock + 1);
    const bool attends = type == "AttnDownBlock2D" || type == "AttnUpBlock2D";
    if (attends) {
        settings.attention.kind = AttentionChoice::Kind::pixels;
        settings.attention.headWidth = config.headWidth.value_or(channels);
        settings.attention.groups = config.groups;
    }
    if (!isResizing)
        return settings;
    // downsample_type and upsample_type rule the blocks with attention alone; the others are what their names
    // say.
    if (attends)
        settings.resizing = isDown ? config.downResizing : config.upResizing;
    else
        settings.resizing = type.rfind("Resnet", 0) == 0 ? Resizing::resnet : Resizing::convolution;
    return settings;
}

}  // namespace

Tensor fourierFeatures(const Tensor& x, const Tensor& frequencies, bool flip)
{
    const Tensor angle = x.unsqueeze(1) * frequencies.to(x.scalar_type()).unsqueeze(0) * twoPi;
    return flip ? at::cat({angle.cos(), angle.sin()}, 1) : at::cat({angle.sin(), angle.cos()}, 1);
}

UNet2d::UNet2d(const Weights& weights, const UNet2dConfig& config)
    : m_config(config), m_in(weights["conv_in"], {config.inputChannels, config.channels[0]})
{
    const std::int64_t base = config.channels[0];
    std::int64_t timeInputs = base;
    if (config.timeEmbedding == TimeEmbeddingKind::fourier) {
        m_timeTable = weights["time_proj"].take("weight", {base});
        timeInputs = 2 * base;
    } else if (config.timeEmbedding == TimeEmbeddingKind::learned) {
        m_timeTable = weights["time_proj"].take("weight", {config.trainedTimes, base});
    }
    m_time.emplace(weights["time_embedding"], TimestepEmbedding::Shape{timeInputs, config.timeWidth});
    if (config.classEmbedding == ClassEmbeddingKind::table)
        m_classTable.emplace(weights["class_embedding"], config.classes, config.timeWidth);
    else if (config.classEmbedding == ClassEmbeddingKind::timestep)
        m_classTime.emplace(weights["class_embedding"],
                            TimestepEmbedding::Shape{timeInputs, config.timeWidth});

    const std::size_t levels = config.channels.size();
    for (std::size_t i = 0; i < levels; ++i)
        m_down.emplace_back(
            weights["down_blocks"][i], config.channels[i == 0 ? 0 : i - 1], config.channels[i],
            levelSettings(config, config.downTypes[i], config.channels[i], true, i + 1 < levels));
    if (config.hasMiddle) {
        const std::int64_t channels = config.channels.back();
        LevelSettings middle = levelSettings(config, "", channels, true, false);
        middle.blocks = 1;
        middle.resnet.outputScale = config.middleScale;
        if (config.hasMiddleAttention) {
            middle.attention.kind = AttentionChoice::Kind::pixels;
            middle.attention.headWidth = config.headWidth.value_or(channels);
            middle.attention.groups = config.attentionGroups;
            if (!config.attentionGroups && !config.isScaleShift)
                middle.attention.groups = config.groups;
        }
        m_middle.emplace(weights["mid_block"], channels, middle);
    }
    for (std::size_t i = 0; i < levels; ++i) {
        const auto reversed = [&](std::size_t k) { return config.channels[levels - 1 - k]; };
        m_up.emplace_back(weights["up_blocks"][i], reversed(i == 0 ? 0 : i - 1), reversed(i),
                          reversed(std::min(i + 1, levels - 1)),
                          levelSettings(config, config.upTypes[i], reversed(i), false, i + 1 < levels));
    }
    m_norm.emplace(weights["conv_norm_out"], base, config.groups, config.epsilon);
    m_out.emplace(weights["conv_out"], Convolution2d::Shape{base, config.outputChannels});
}

Tensor UNet2d::embedTime(const Tensor& t, torch::ScalarType type) const
{
    switch (m_config.timeEmbedding) {
        case TimeEmbeddingKind::fourier:
            // The embedding's order is fixed here, whatever the configuration's flip.
            return fourierFeatures(t.to(type).log(), m_timeTable, false);
        case TimeEmbeddingKind::learned:
            return at::embedding(
                       m_timeTable,
                       t.to(torch::kFloat64).round().clamp(0, m_config.trainedTimes - 1).to(torch::kInt64))
                .to(type);
        case TimeEmbeddingKind::positional:
            break;
    }
    return sinusoid(t, m_config.channels[0], m_config.flipsSinusoid, m_config.frequencyShift).to(type);
}

Tensor UNet2d::embedLabels(const Tensor& labels, torch::ScalarType type) const
{
    if (!labels.defined())
        throw Error(ErrorCode::invalidOption, "The model is conditional on a class, and got none.",
                    "Choose a class.");
    if (m_classTable)
        return (*m_classTable)(labels.to(torch::kInt64)).to(type);
    if (m_classTime)
        return (*m_classTime)(embedTime(labels, type));
    return labels.to(type);
}

Tensor UNet2d::forward(const Tensor& sample, const Tensor& t, const Tensor& labels,
                       const Evaluation& evaluation) const
{
    const at::NoGradGuard noGradients;
    const std::int64_t multiple = m_config.sizeMultiple();
    if (sample.dim() != 4 || sample.size(1) != m_config.inputChannels || sample.size(2) % multiple != 0 ||
        sample.size(3) % multiple != 0)
        throw Error(ErrorCode::invalidOption,
                    "The model takes " + std::to_string(m_config.inputChannels) +
                        " channels whose height and width are multiples of " + std::to_string(multiple) + ".",
                    "Choose another size.");
    const auto type = sample.scalar_type();
    Tensor x = m_config.centersInput ? 2 * sample - 1 : sample;
    Tensor time = (*m_time)(embedTime(t, type));
    if (m_config.classEmbedding != ClassEmbeddingKind::none)
        time = time + embedLabels(labels, type);
    const BlockInputs inputs{time, {}, {}, evaluation};

    x = m_in(x);
    std::vector<Tensor> skips{x};
    for (const auto& level : m_down)
        x = level(x, inputs, &skips);
    if (m_middle)
        x = (*m_middle)(x, inputs);
    for (const auto& level : m_up)
        x = level(x, &skips, inputs);
    x = (*m_out)(at::silu((*m_norm)(x)));
    // A network of Fourier features was trained to output sigma times the score.
    return m_config.timeEmbedding == TimeEmbeddingKind::fourier ? x / t.to(type).view({-1, 1, 1, 1}) : x;
}

}  // namespace diffuscope::model::diffusers
