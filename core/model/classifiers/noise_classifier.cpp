// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/classifiers/noise_classifier.h"

#include "core/base/error.h"
#include "core/model/named_weights.h"

#include <filesystem>

namespace diffuscope::model {
namespace {

constexpr int noiseGroups = 8;
constexpr int noiseFineChannels = 32;
constexpr int noiseCoarseChannels = 64;
constexpr int embeddingWidth = 64;

std::string noiseWeightsPath(const std::string& folder)
{
    return (std::filesystem::path(folder) / "classifier.safetensors").string();
}

}  // namespace

NoiseClassifierImpl::NoiseClassifierImpl(int imageChannels, int classes)
    : m_classes(classes),
      m_time1(register_module("time1", torch::nn::Linear(embeddingWidth, embeddingWidth))),
      m_time2(register_module("time2", torch::nn::Linear(embeddingWidth, embeddingWidth))),
      m_stem(register_module("stem", Convolution(imageChannels, noiseFineChannels, 5, 2))),
      m_fine(register_module(
          "fine", ResidualBlock(noiseFineChannels, noiseFineChannels, noiseGroups, embeddingWidth))),
      m_halve(register_module("halve", Convolution(noiseFineChannels, noiseCoarseChannels, 3, 2))),
      m_coarse0(register_module(
          "coarse0", ResidualBlock(noiseCoarseChannels, noiseCoarseChannels, noiseGroups, embeddingWidth))),
      m_coarse1(register_module(
          "coarse1", ResidualBlock(noiseCoarseChannels, noiseCoarseChannels, noiseGroups, embeddingWidth))),
      m_outputNorm(register_module("output_norm", torch::nn::GroupNorm(noiseGroups, noiseCoarseChannels))),
      m_output(register_module("output", torch::nn::Linear(noiseCoarseChannels, classes)))
{
}

torch::Tensor NoiseClassifierImpl::forward(const torch::Tensor& x, const torch::Tensor& t)
{
    const auto embedding = torch::silu(m_time2(torch::silu(m_time1(sinusoidalEmbedding(t, embeddingWidth)))));
    torch::Tensor h = m_stem(x.contiguous(torch::MemoryFormat::ChannelsLast)).to(torch::kFloat32);
    h = m_fine(h, embedding);
    h = m_halve(h).to(torch::kFloat32);
    h = m_coarse1(m_coarse0(h, embedding), embedding);
    return m_output(normSilu(m_outputNorm, h, {}, torch::kFloat32).mean(at::IntArrayRef{2, 3}));
}

std::int64_t NoiseClassifierImpl::parameterCount() const
{
    std::int64_t count = 0;
    for (const auto& parameter : parameters())
        count += parameter.numel();
    return count;
}

void NoiseClassifierImpl::setConvolutionPrecision(ConvolutionPrecision precision)
{
    for (const auto& module : modules(/*include_self=*/false))
        if (auto* convolution = module->as<ConvolutionImpl>())
            convolution->setPrecision(precision);
}

void saveNoiseClassifier(const std::string& folder, const NoiseClassifierCard& card,
                         const NoiseClassifier& net)
{
    std::error_code ignored;  // shows when the first file is written
    std::filesystem::create_directories(folder, ignored);
    writeSafetensors(noiseWeightsPath(folder), namedWeights(*net), {{"format", "pt"}, {"name", card.name}});
    writeNoiseClassifierCard(folder, card);
}

LoadedNoiseClassifier loadNoiseClassifier(const std::string& folder)
{
    LoadedNoiseClassifier loaded{readNoiseClassifierCard(folder), NoiseClassifier(nullptr)};
    const NoiseClassifierCard& card = loaded.card;
    loaded.net = NoiseClassifier(card.imageChannels, card.classes);
    const std::string path = noiseWeightsPath(folder);
    if (card.parameterCount != loaded.net->parameterCount()) {
        throw Error(ErrorCode::invalidFile,
                    folder + "/classifier.json states " + std::to_string(card.parameterCount) +
                        " parameters where the classifier has " +
                        std::to_string(loaded.net->parameterCount()) + ".",
                    "Take classifier.json and classifier.safetensors from the same place.");
    }
    assignWeights(*loaded.net, readSafetensors(path), path);
    for (auto& weight : loaded.net->parameters())
        weight.requires_grad_(false);
    loaded.net->eval();
    return loaded;
}

}  // namespace diffuscope::model
