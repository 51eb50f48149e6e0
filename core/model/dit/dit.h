// SPDX-License-Identifier: GPL-3.0-or-later
// The diffusion transformer: patches as tokens, conditioned by adaptive layer norms that begin at zero
// (Peebles & Xie 2023, "Scalable diffusion models with transformers", DiT with adaLN-Zero).
#pragma once

#include "core/model/dit/dit_config.h"
#include "core/model/dit/dit_parts.h"
#include "core/model/unet/unet_blocks.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <vector>

namespace diffuscope::model {

/// Attention over all tokens, then a hidden layer for each token; both scaled, shifted and gated by the
/// condition.
class DitBlockImpl : public torch::nn::Module
{
public:
    DitBlockImpl(int width, int heads, int mlpRatio);

    /// x [B, N, width], condition [B, width] -> [B, N, width]. Appends the attention [B, heads, N, N] (over
    /// the last they sum to 1) to `maps` where it is given.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& condition,
                          std::vector<torch::Tensor>* maps, bool attends = true);

private:
    torch::Tensor attend(const torch::Tensor& x, std::vector<torch::Tensor>* maps);

    int m_heads;
    torch::nn::Linear m_modulation;
    torch::nn::Linear m_queryKeyValue;
    torch::nn::Linear m_projection;
    torch::nn::Linear m_hidden;
    torch::nn::Linear m_output;
};
TORCH_MODULE(DitBlock);

class DitImpl : public torch::nn::Module
{
public:
    /// Random weights from torch's default generator. Throws std::invalid_argument for an impossible config.
    explicit DitImpl(const DitConfig& config);

    /// x        [B, C, H, W] float32, C, H and W as in the config;
    /// t        [B] float32, the training level, any real value in [0, T);
    /// classIds [B] int64 in [0, classes]; nullClass() asks for the unconditional prediction;
    /// step     [B] float32 in [0, 1], the length of the step to take as a share of the whole path, 0 for an
    ///          infinitesimal one: of a network that reads it; undefined means 0.
    /// Returns  [B, C, H, W] float32: the training target, which the model card names. Writes the attention
    /// [B, heads, N, N] of each layer to `maps` where it is given, and passes over what it is `without`.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& classIds,
                          const torch::Tensor& step = {}, std::vector<torch::Tensor>* maps = nullptr,
                          const DitOmissions* without = nullptr);

    int64_t nullClass() const { return m_config.classes; }
    const DitConfig& config() const { return m_config; }
    int64_t parameterCount() const;

    /// It has no convolutions and stays in float32.
    void setConvolutionPrecision(ConvolutionPrecision) {}

private:
    torch::Tensor condition(const torch::Tensor& t, const torch::Tensor& classIds, const torch::Tensor& step);
    torch::Tensor tokensOf(const torch::Tensor& images) const;
    torch::Tensor imagesOf(const torch::Tensor& tokens) const;

    DitConfig m_config;
    torch::nn::Linear m_time1{nullptr};
    torch::nn::Linear m_time2{nullptr};
    torch::nn::Linear m_step1{nullptr};  ///< of a network that reads the step
    torch::nn::Linear m_step2{nullptr};
    torch::nn::Embedding m_classEmbedding{nullptr};
    torch::nn::Linear m_patches{nullptr};
    torch::Tensor m_places;  ///< [1, N, width]
    std::vector<DitBlock> m_blocks;
    torch::nn::Linear m_outputModulation{nullptr};
    torch::nn::Linear m_output{nullptr};
};
TORCH_MODULE(Dit);

/// Copies the weights of a network that reads no step into one that does and is otherwise equal: until it is
/// trained on, it answers the same, whatever the step.
void copyWeights(const DitImpl& teacher, DitImpl& student);

}  // namespace diffuscope::model
