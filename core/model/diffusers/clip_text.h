// SPDX-License-Identifier: GPL-3.0-or-later
// The text half of CLIP, as Stable Diffusion reads it.
#pragma once

#include "core/model/diffusers/config_reader.h"
#include "core/model/diffusers/layers.h"

namespace diffuscope::model::diffusers {

struct ClipTextConfig
{
    std::int64_t vocabulary = 49408;
    std::int64_t width = 512;
    std::int64_t innerWidth = 2048;
    std::int64_t layers = 12;
    std::int64_t heads = 8;
    std::int64_t positions = 77;
    Activation activation = Activation::quickGelu;
    double epsilon = 1e-5;
    std::int64_t projection = 512;
    bool hasProjection = false;
    std::int64_t endToken = 49407;
    bool usesMask = false;  ///< padding is not attended to
};

/// `hasProjection` follows from the class that the configuration names.
ClipTextConfig readClipTextConfig(ConfigReader& reader);

struct TextStates
{
    Tensor last;                 ///< [B, N, width], after the final norm
    std::vector<Tensor> hidden;  ///< the embeddings and each layer's result, without the final norm
    Tensor pooled;               ///< [B, width], of `last` at the end token
    Tensor projected;            ///< [B, projection]; undefined without a projection

    /// What SDXL reads: the input of the last layer.
    const Tensor& penultimate() const { return hidden[hidden.size() - 2]; }
};

class ClipText
{
public:
    ClipText(const Weights& weights, const ClipTextConfig& config);
    /// ids [B, N] int64, N ≤ positions; mask [B, N], 1 keeps a token, or undefined. Throws
    /// Error(invalidOption) for ids outside the vocabulary; Cancelled.
    TextStates forward(const Tensor& ids, const Tensor& mask = {}, torch::ScalarType type = torch::kFloat32,
                       const Evaluation& evaluation = {}) const;
    /// hidden[−(k+1)] with the final norm, which "clip skip" k asks for.
    Tensor skipping(const TextStates& states, std::size_t layers) const;
    const ClipTextConfig& config() const { return m_config; }

private:
    struct Layer
    {
        LayerNorm norm1;
        Linear query;
        Linear key;
        Linear value;
        Linear output;
        LayerNorm norm2;
        Linear first;
        Linear second;
    };
    Tensor pool(const Tensor& states, const Tensor& ids) const;

    ClipTextConfig m_config;
    Embedding m_tokens;
    Embedding m_positions;
    std::vector<Layer> m_layers;
    std::optional<LayerNorm> m_finalNorm;
    std::optional<Linear> m_projection;
};

}  // namespace diffuscope::model::diffusers
