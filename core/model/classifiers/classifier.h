// SPDX-License-Identifier: GPL-3.0-or-later
// A small convolutional classifier, with which generated images are judged.
#pragma once

#include "core/model/unet/unet_blocks.h"

#include <string>
#include <vector>

namespace diffuscope::model {

/// Two resolutions, three convolutions each with GroupNorm and SiLU, the mean over positions, one linear
/// layer.
class ClassifierImpl : public torch::nn::Module
{
public:
    /// Images of `channels` channels and any size from 8×8 on.
    ClassifierImpl(int channels, int classes);

    /// [B, C, H, W] in [-1, 1] -> [B, featureCount], the means over positions: what the Fréchet distance
    /// compares.
    torch::Tensor features(const torch::Tensor& images);
    /// [B, featureCount] -> [B, classes], the logits.
    torch::Tensor logits(const torch::Tensor& features);

    int channels() const { return m_channels; }
    int classes() const { return m_classes; }
    void setConvolutionPrecision(ConvolutionPrecision precision);

    static constexpr int featureCount = 128;

private:
    torch::Tensor layer(size_t index, const torch::Tensor& x);

    int m_channels;
    int m_classes;
    Convolution m_stem;
    std::vector<torch::nn::GroupNorm> m_norms;
    std::vector<Convolution> m_convolutions;
    torch::nn::GroupNorm m_outputNorm;
    torch::nn::Linear m_output;
};
TORCH_MODULE(Classifier);

/// Writes FOLDER/classifier.safetensors. Throws Error(writeFailed).
void saveClassifier(const std::string& folder, Classifier& classifier);

/// Reads it. Throws Error that names the file and what to do.
Classifier loadClassifier(const std::string& folder);

}  // namespace diffuscope::model
