// SPDX-License-Identifier: GPL-3.0-or-later
// One stage of a U-Net: a residual block and the attention that follows it.
#pragma once

#include "core/model/unet/cross_attention.h"
#include "core/model/unet/unet_blocks.h"

#include <string>
#include <vector>

namespace diffuscope::model {

/// What an evaluation leaves out of a stage.
struct StageOmissions
{
    bool attention = false, words = false;
};

/// A residual block, followed by self-attention and by cross-attention where the level has them.
class StageImpl : public torch::nn::Module
{
public:
    /// `name` is how the stage's attention is called in maps; the attentions may be null.
    StageImpl(std::string name, ResidualBlock block, SelfAttention selfAttention,
              CrossAttention crossAttention);

    /// x [B, C, H, W], embedding [B, width] as in ResidualBlock, text of B prompts where there is
    /// cross-attention. Appends to `maps` where it is given.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& embedding, const TextContext& text,
                          std::vector<CrossAttentionMap>* maps, const StageOmissions& without = {});

private:
    std::string m_stageName;
    ResidualBlock m_block;
    SelfAttention m_attention;
    CrossAttention m_crossAttention;
};
TORCH_MODULE(Stage);

}  // namespace diffuscope::model
