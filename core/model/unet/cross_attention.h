// SPDX-License-Identifier: GPL-3.0-or-later
// Cross-attention: how a prompt enters the image (Rombach et al. 2022, section 3.3).
#pragma once

#include "core/model/text/text_encoder.h"
#include "core/model/unet/unet_blocks.h"

#include <string>
#include <vector>

namespace diffuscope::model {

/// Where one layer looked in one evaluation.
struct CrossAttentionMap
{
    std::string layer;  ///< the stage it follows: "down0_1", "middle0"
    int64_t height = 0;
    int64_t width = 0;
    torch::Tensor weights;  ///< [B, heads, height · width, tokens]; over the tokens they sum to 1
};

/// Multi-head attention of the H * W positions to the tokens of a prompt, added to its input.
class CrossAttentionImpl : public torch::nn::Module
{
public:
    CrossAttentionImpl(int channels, int groups, int heads, int textWidth);

    /// x [B, C, H, W], text of B prompts -> [B, C, H, W]. Appends to `maps` where it is given.
    torch::Tensor forward(const torch::Tensor& x, const TextContext& text,
                          std::vector<CrossAttentionMap>* maps = nullptr);

private:
    int m_heads;
    torch::nn::GroupNorm m_norm;
    Convolution m_query;
    torch::nn::Linear m_keyValue;
    Convolution m_projection;
};
TORCH_MODULE(CrossAttention);

}  // namespace diffuscope::model
