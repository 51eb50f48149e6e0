// SPDX-License-Identifier: GPL-3.0-or-later
// DiTTransformer2DModel: the diffusion transformer of Peebles & Xie 2023, class conditional, with learned
// variance.
#pragma once

#include "core/model/diffusers/blocks.h"
#include "core/model/diffusers/config_reader.h"

namespace diffuscope::model::diffusers {

struct DitConfig
{
    std::int64_t heads = 16;
    std::int64_t headWidth = 72;
    std::int64_t inputChannels = 4;
    std::int64_t outputChannels = 4;
    std::int64_t layers = 28;
    bool hasAttentionBias = true;
    std::int64_t sampleSize = 32;
    std::int64_t patch = 2;
    Activation activation = Activation::geluTanh;
    bool isGated = false;  ///< geglu in place of a plain activation
    std::int64_t classes = 1000;
    bool hasNormWeights = false;
    double epsilon = 1e-5;

    std::int64_t width() const { return heads * headWidth; }
    bool learnsVariance() const { return outputChannels == 2 * inputChannels; }
};

DitConfig readDitConfig(ConfigReader& reader);

class Dit
{
public:
    Dit(const Weights& weights, const DitConfig& config);
    /// x [B, C, H, W], H and W multiples of the patch; t [B]; labels [B] int64, `classes` is no class.
    /// Returns [B, outputChannels, H, W]; of a network with learned variance the first half is the
    /// prediction.
    Tensor forward(const Tensor& x, const Tensor& t, const Tensor& labels,
                   const Evaluation& evaluation = {}) const;
    const DitConfig& config() const { return m_config; }

private:
    /// Every block embeds time and class on its own.
    struct Layer
    {
        TimestepEmbedding time;
        Embedding classes;
        Linear modulation;
        TokenAttention attention;
        LayerNorm norm3;
        Linear first;
        Linear second;
    };
    Tensor embedded(const Layer& layer, const Tensor& time, const Tensor& labels) const;
    Tensor positions(std::int64_t rows, std::int64_t columns, const Tensor& like) const;

    DitConfig m_config;
    Convolution2d m_patches;
    std::vector<Layer> m_layers;
    std::optional<Linear> m_finalModulation;
    std::optional<Linear> m_out;
};

}  // namespace diffuscope::model::diffusers
