// SPDX-License-Identifier: GPL-3.0-or-later
// A small classifier of noisy images, p(y | x_t, t), whose gradient guides a model (Dhariwal & Nichol 2021,
// section 4).
#pragma once

#include "core/model/classifiers/noise_classifier_card.h"
#include "core/model/unet/unet_blocks.h"

#include <string>

namespace diffuscope::model {

/// A strided stem, one residual block at half the resolution, two at a quarter, the mean over positions, one
/// linear layer; the time scales and shifts in every block, as in the U-Net.
class NoiseClassifierImpl : public torch::nn::Module
{
public:
    NoiseClassifierImpl(int imageChannels, int classes);

    /// x [B, C, H, W] at noise times t [B], each in 0 … T − 1 -> [B, classes], the logits. Differentiable in
    /// x.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t);

    int classes() const { return m_classes; }
    std::int64_t parameterCount() const;
    void setConvolutionPrecision(ConvolutionPrecision precision);

private:
    int m_classes;
    torch::nn::Linear m_time1;
    torch::nn::Linear m_time2;
    Convolution m_stem;
    ResidualBlock m_fine;
    Convolution m_halve;
    ResidualBlock m_coarse0;
    ResidualBlock m_coarse1;
    torch::nn::GroupNorm m_outputNorm;
    torch::nn::Linear m_output;
};
TORCH_MODULE(NoiseClassifier);

struct LoadedNoiseClassifier
{
    NoiseClassifierCard card;
    NoiseClassifier net;  ///< on the CPU, in float32, in evaluation mode, its weights without gradients
};

/// Writes FOLDER/classifier.json and FOLDER/classifier.safetensors, creating the folder. Throws
/// Error(writeFailed).
void saveNoiseClassifier(const std::string& folder, const NoiseClassifierCard& card,
                         const NoiseClassifier& net);

/// Reads and checks both. Throws Error that names the file, the field or tensor, and what to do.
LoadedNoiseClassifier loadNoiseClassifier(const std::string& folder);

}  // namespace diffuscope::model
