// SPDX-License-Identifier: GPL-3.0-or-later
// The time-conditioned U-Net (Ho et al. 2020, appendix B, with scale-shift conditioning as in Dhariwal &
// Nichol 2021).
#pragma once

#include "core/model/unet/unet_config.h"
#include "core/model/unet/unet_parts.h"
#include "core/model/unet/unet_stage.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <string>
#include <vector>

namespace diffuscope::model {

class UNetImpl : public torch::nn::Module
{
public:
    /// Random weights from torch's default generator. Throws std::invalid_argument for an impossible config.
    explicit UNetImpl(const UNetConfig& config);

    /// x        [B, C, H, W] float32, C, H and W as in the config;
    /// t        [B] float32, the training level, any real value in [0, T): fractional times are allowed;
    /// classIds [B] int64 in [0, classes]; nullClass() asks for the unconditional prediction.
    /// Returns  [B, C, H, W] float32: the training target (eps, x0 or v), which the model card names.
    /// A network with text needs the B images' `text` as well, and writes to `maps`, where it is given, where
    /// each layer of cross-attention looked, in the order of evaluation. Parts `without` which it is
    /// evaluated are passed over; zeros stand in the place of a skip.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& classIds,
                          const TextContext& text = {}, std::vector<CrossAttentionMap>* maps = nullptr,
                          const UNetOmissions* without = nullptr);

    /// What forward() needs of prompts, [B, …]: once for all steps of a run. Of a network with text only.
    TextContext encode(const TokenBatch& prompts);

    int64_t nullClass() const { return m_config.classes; }
    const UNetConfig& config() const { return m_config; }
    int64_t parameterCount() const;

    /// Float32 unless asked otherwise; only speed and the last digits change.
    void setConvolutionPrecision(ConvolutionPrecision precision);
    ConvolutionPrecision convolutionPrecision() const { return m_precision; }

private:
    Stage addStage(const std::string& name, int inputChannels, int outputChannels, bool attention,
                   bool readsText);
    void buildDown();
    void buildUp();
    torch::Tensor embed(const torch::Tensor& t, const torch::Tensor& classIds);

    UNetConfig m_config;
    ConvolutionPrecision m_precision = ConvolutionPrecision::Float32;
    torch::nn::Linear m_time1{nullptr};
    torch::nn::Linear m_time2{nullptr};
    torch::nn::Embedding m_classEmbedding{nullptr};
    Convolution m_stem{nullptr};
    std::vector<Stage> m_downStages;   // level by level, blocksPerLevel each
    std::vector<Convolution> m_downs;  // one between each two levels
    std::vector<Stage> m_middleStages;
    std::vector<Stage> m_upStages;  // coarsest level first
    TextEncoder m_textEncoder{nullptr};
    std::vector<Convolution> m_ups;
    torch::nn::GroupNorm m_outputNorm{nullptr};
    Convolution m_output{nullptr};
};
TORCH_MODULE(UNet);

}  // namespace diffuscope::model
