#include "core/network/unet.h"

#include <algorithm>
#include <string>

namespace diffuscope::network {
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
    m_middleStages.push_back(register_module("middle0", makeStage(coarsest, coarsest, true)));
    m_middleStages.push_back(register_module("middle1", makeStage(coarsest, coarsest, false)));
    buildUp();
    const int finest = channelsAt(config, 0);
    m_outputNorm = register_module("output_norm", torch::nn::GroupNorm(config.normalizationGroups, finest));
    m_output = register_module("output", Convolution(finest, patchChannels, 3));
    m_output->setToZero();
}

Stage UNetImpl::makeStage(int inputChannels, int outputChannels, bool attention)
{
    ResidualBlock block(inputChannels, outputChannels, m_config.normalizationGroups, m_config.embeddingWidth);
    SelfAttention following{nullptr};
    if (attention) {
        following = SelfAttention(outputChannels, m_config.normalizationGroups, m_config.attentionHeads);
    }
    return Stage(block, following);
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
                register_module(name, makeStage(wanted, wanted, hasAttention(m_config, level))));
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
            m_upStages.push_back(
                register_module(name, makeStage(2 * channels, channels, hasAttention(m_config, level))));
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

torch::Tensor UNetImpl::forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& classIds)
{
    const torch::Tensor embedding = embed(t, classIds);
    torch::Tensor h = m_config.patch == 1 ? x : torch::pixel_unshuffle(x, m_config.patch);
    h = m_stem(h.contiguous(torch::MemoryFormat::ChannelsLast)).to(torch::kFloat32);

    std::vector<torch::Tensor> skips;
    const size_t perLevel = static_cast<size_t>(m_config.blocksPerLevel);
    for (size_t index = 0; index < m_downStages.size(); ++index) {
        if (index > 0 && index % perLevel == 0) {
            h = m_downs[index / perLevel - 1](h).to(torch::kFloat32);
        }
        h = m_downStages[index](h, embedding);
        skips.push_back(h);
    }
    for (auto& stage : m_middleStages) {
        h = stage(h, embedding);
    }
    for (size_t index = 0; index < m_upStages.size(); ++index) {
        if (index > 0 && index % perLevel == 0) {
            const auto& finer = skips.back();
            h = m_ups[index / perLevel - 1](at::upsample_nearest2d(h, {finer.size(2), finer.size(3)}));
        }
        h = m_upStages[index](torch::cat({h, skips.back()}, 1), embedding);
        skips.pop_back();
    }
    h = m_output(normSilu(m_outputNorm, h, {}, m_output->inputType())).to(torch::kFloat32);
    return (m_config.patch == 1 ? h : torch::pixel_shuffle(h, m_config.patch)).contiguous();
}

int64_t UNetImpl::parameterCount() const
{
    int64_t count = 0;
    for (const auto& parameter : parameters()) {
        count += parameter.numel();
    }
    return count;
}

void UNetImpl::setConvolutionPrecision(ConvolutionPrecision precision)
{
    for (const auto& module : modules(/*include_self=*/false)) {
        if (auto* convolution = module->as<ConvolutionImpl>()) {
            convolution->setPrecision(precision);
        }
    }
}

}  // namespace diffuscope::network
