// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/classifiers/classifier.h"

#include "core/base/error.h"
#include "core/model/named_weights.h"

#include <filesystem>

namespace diffuscope::model {
namespace {

constexpr int classifierGroups = 8;
constexpr int classifierChannels = 64;
constexpr int mostChannels = 16;
constexpr int mostClasses = 10'000;

struct LayerShape
{
    int from, to, stride;
};

constexpr LayerShape layers[] = {{classifierChannels, classifierChannels, 1},
                                 {classifierChannels, ClassifierImpl::featureCount, 2},
                                 {ClassifierImpl::featureCount, ClassifierImpl::featureCount, 1},
                                 {ClassifierImpl::featureCount, ClassifierImpl::featureCount, 1}};

std::string classifierPath(const std::string& folder)
{
    return (std::filesystem::path(folder) / "classifier.safetensors").string();
}

int metadataNumber(const TensorFile& file, const std::string& key, int most, const std::string& path)
{
    const auto found = file.metadata.find(key);
    int value = 0;
    try {
        value = found == file.metadata.end() ? 0 : std::stoi(found->second);
    } catch (const std::exception&) {
        value = 0;
    }
    if (value < 1 || value > most) {
        throw Error(ErrorCode::invalidFile, path + " does not state its " + key + " as a sensible number.",
                    "Train the classifier again: diffuscope-cli train --task classifier.");
    }
    return value;
}

}  // namespace

ClassifierImpl::ClassifierImpl(int channels, int classes)
    : m_channels(channels),
      m_classes(classes),
      m_stem(register_module("stem", Convolution(channels, classifierChannels, 5, 2))),
      m_outputNorm(nullptr),
      m_output(nullptr)
{
    int index = 0;
    for (const auto& shape : layers) {
        const auto number = std::to_string(index++);
        m_norms.push_back(
            register_module("norm" + number, torch::nn::GroupNorm(classifierGroups, shape.from)));
        m_convolutions.push_back(
            register_module("conv" + number, Convolution(shape.from, shape.to, 3, shape.stride)));
    }
    m_outputNorm = register_module("output_norm", torch::nn::GroupNorm(classifierGroups, featureCount));
    m_output = register_module("output", torch::nn::Linear(featureCount, classes));
}

torch::Tensor ClassifierImpl::layer(size_t index, const torch::Tensor& x)
{
    auto& convolution = m_convolutions[index];
    const torch::Tensor y =
        convolution(normSilu(m_norms[index], x, {}, convolution->inputType())).to(torch::kFloat32);
    return y.sizes() == x.sizes() ? x + y : y;
}

torch::Tensor ClassifierImpl::features(const torch::Tensor& images)
{
    torch::Tensor h = m_stem(images.contiguous(torch::MemoryFormat::ChannelsLast)).to(torch::kFloat32);
    for (size_t index = 0; index < m_convolutions.size(); ++index)
        h = layer(index, h);
    return normSilu(m_outputNorm, h, {}, torch::kFloat32).mean(at::IntArrayRef{2, 3});
}

torch::Tensor ClassifierImpl::logits(const torch::Tensor& features)
{
    return m_output(features);
}

void ClassifierImpl::setConvolutionPrecision(ConvolutionPrecision precision)
{
    m_stem->setPrecision(precision);
    for (auto& convolution : m_convolutions)
        convolution->setPrecision(precision);
}

void saveClassifier(const std::string& folder, Classifier& classifier)
{
    std::error_code ignored;  // shows when the file is written
    std::filesystem::create_directories(folder, ignored);
    writeSafetensors(classifierPath(folder), namedWeights(*classifier),
                     {{"format", "pt"},
                      {"channels", std::to_string(classifier->channels())},
                      {"classes", std::to_string(classifier->classes())}});
}

Classifier loadClassifier(const std::string& folder)
{
    const std::string path = classifierPath(folder);
    const TensorFile file = readSafetensors(path);
    const int channels = metadataNumber(file, "channels", mostChannels, path);
    const int classes = metadataNumber(file, "classes", mostClasses, path);
    Classifier classifier(channels, classes);
    assignWeights(*classifier, file, path);
    classifier->eval();
    return classifier;
}

}  // namespace diffuscope::model
