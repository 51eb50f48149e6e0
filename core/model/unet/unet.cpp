// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unet/unet.h"

#include <algorithm>
#include <string>

namespace diffuscope::model {
namespace {

int channelsAt(const UNetConfig& config, int level)
{
    return config.baseChannels * config.multipliers[static_cast<size_t>(level)];
}

int levelCount(const UNetConfig& config)
{
    return static_cast<int>(config.multipliers.size());
}

bool hasAttention(const UNetConfig& config, int level)
{
    const auto& levels = config.attentionLevels;
    return std::find(levels.begin(), levels.end(), level) != levels.end();
}

bool readsText(const UNetConfig& config, int level)
{
    const auto& levels = config.text.levels;
    return config.hasText() && std::find(levels.begin(), levels.end(), level) != levels.end();
}

}  // namespace

UNetImpl::UNetImpl(const UNetConfig& config) : m_config(config)
{
    validate(config);
    const int width = config.embeddingWidth;
    m_time1 = register_module("time1", torch::nn::Linear(width, width));
    m_time2 = register_module("time2", torch::nn::Linear(width, width));
    m_classEmbedding = register_module("class_embedding", torch::nn::Embedding(config.classes + 1, width));
    const int patchChannels = config.imageChannels * config.patch * config.patch;
    m_stem = register_module("stem", Convolution(patchChannels, channelsAt(config, 0), 3));
    buildDown();
    const int coarsest = channelsAt(config, levelCount(config) - 1);
    m_middleStages.push_back(addStage("middle0", coarsest, coarsest, true, config.hasText()));
    m_middleStages.push_back(addStage("middle1", coarsest, coarsest, false, false));
    buildUp();
    const int finest = channelsAt(config, 0);
    m_outputNorm = register_module("output_norm", torch::nn::GroupNorm(config.normalizationGroups, finest));
    m_output = register_module("output", Convolution(finest, patchChannels, 3));
    m_output->setToZero();
    if (config.hasText())
        m_textEncoder = register_module("text_encoder", TextEncoder(config.text));
}

Stage UNetImpl::addStage(const std::string& name, int inputChannels, int outputChannels, bool attention,
                         bool readsText)
{
    const int groups = m_config.normalizationGroups, heads = m_config.attentionHeads;
    ResidualBlock block(inputChannels, outputChannels, groups, m_config.embeddingWidth);
    SelfAttention selfAttention{nullptr};
    if (attention)
        selfAttention = SelfAttention(outputChannels, groups, heads);
    CrossAttention crossAttention{nullptr};
    if (readsText)
        crossAttention = CrossAttention(outputChannels, groups, heads, m_config.text.width);
    return register_module(name, Stage(name, block, selfAttention, crossAttention));
}

void UNetImpl::buildDown()
{
    int channels = channelsAt(m_config, 0);
    for (int level = 0; level < levelCount(m_config); ++level) {
        const int wanted = channelsAt(m_config, level);
        if (level > 0) {
            m_downs.push_back(register_module("down" + std::to_string(level - 1) + "_halve",
                                              Convolution(channels, wanted, 3, 2)));
        }
        for (int block = 0; block < m_config.blocksPerLevel; ++block) {
            const auto name = "down" + std::to_string(level) + "_" + std::to_string(block);
            m_downStages.push_back(
                addStage(name, wanted, wanted, hasAttention(m_config, level), readsText(m_config, level)));
        }
        channels = wanted;
    }
}

void UNetImpl::buildUp()
{
    for (int level = levelCount(m_config) - 1; level >= 0; --level) {
        const int channels = channelsAt(m_config, level);
        for (int block = 0; block < m_config.blocksPerLevel; ++block) {
            const auto name = "up" + std::to_string(level) + "_" + std::to_string(block);
            // Twice the channels: the state and the skip from the way down.
            m_upStages.push_back(addStage(name, 2 * channels, channels, hasAttention(m_config, level),
                                          readsText(m_config, level)));
        }
        if (level > 0) {
            m_ups.push_back(register_module("up" + std::to_string(level) + "_double",
                                            Convolution(channels, channelsAt(m_config, level - 1), 3)));
        }
    }
}

torch::Tensor UNetImpl::embed(const torch::Tensor& t, const torch::Tensor& classIds)
{
    const auto time = m_time2(torch::silu(m_time1(sinusoidalEmbedding(t, m_config.embeddingWidth))));
    return torch::silu(time + m_classEmbedding(classIds));
}

TextContext UNetImpl::encode(const TokenBatch& prompts)
{
    TORCH_CHECK(m_config.hasText(), "This network reads no text.");
    return m_textEncoder(prompts);
}

torch::Tensor UNetImpl::forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& classIds,
                                const TextContext& text, std::vector<CrossAttentionMap>* maps,
                                const UNetOmissions* without)
{
    TORCH_CHECK(text.defined() == m_config.hasText() && (!text.defined() || text.bias.size(0) == x.size(0)),
                "A network with text needs one prompt an image, another needs none.");
    const torch::Tensor embedding = embed(t, classIds);
    torch::Tensor h = m_config.patch == 1 ? x : torch::pixel_unshuffle(x, m_config.patch);
    h = m_stem(h.contiguous(torch::MemoryFormat::ChannelsLast)).to(torch::kFloat32);

    std::vector<torch::Tensor> skips;
    const size_t perLevel = static_cast<size_t>(m_config.blocksPerLevel);
    const auto omitted = [&](size_t level) {
        return without ? StageOmissions{without->attention[level], without->words[level]} : StageOmissions{};
    };
    for (size_t index = 0; index < m_downStages.size(); ++index) {
        if (index > 0 && index % perLevel == 0)
            h = m_downs[index / perLevel - 1](h).to(torch::kFloat32);
        h = m_downStages[index](h, embedding, text, maps, omitted(index / perLevel));
        skips.push_back(h);
    }
    const StageOmissions middle =
        without ? StageOmissions{without->middleAttention, without->middleWords} : StageOmissions{};
    for (auto& stage : m_middleStages)
        h = stage(h, embedding, text, maps, middle);
    for (size_t index = 0; index < m_upStages.size(); ++index) {
        if (index > 0 && index % perLevel == 0) {
            const auto& finer = skips.back();
            h = m_ups[index / perLevel - 1](at::upsample_nearest2d(h, {finer.size(2), finer.size(3)}));
        }
        const size_t counterpart = skips.size() - 1;
        const bool isCut = without && without->skips[counterpart];
        const torch::Tensor skip = isCut ? torch::zeros_like(skips.back()) : skips.back();
        h = m_upStages[index](torch::cat({h, skip}, 1), embedding, text, maps,
                              omitted(counterpart / perLevel));
        skips.pop_back();
    }
    h = m_output(normSilu(m_outputNorm, h, {}, m_output->inputType())).to(torch::kFloat32);
    return (m_config.patch == 1 ? h : torch::pixel_shuffle(h, m_config.patch)).contiguous();
}

int64_t UNetImpl::parameterCount() const
{
    int64_t count = 0;
    for (const auto& parameter : parameters())
        count += parameter.numel();
    return count;
}

void UNetImpl::setConvolutionPrecision(ConvolutionPrecision precision)
{
    m_precision = precision;
    for (const auto& module : modules(/*include_self=*/false))
        if (auto* convolution = module->as<ConvolutionImpl>())
            convolution->setPrecision(precision);
}

}  // namespace diffuscope::model
