// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unet/unet_stage.h"

#include <utility>

namespace diffuscope::model {

StageImpl::StageImpl(std::string name, ResidualBlock block, SelfAttention selfAttention,
                     CrossAttention crossAttention)
    : m_stageName(std::move(name)),
      m_block(register_module("block", std::move(block))),
      m_attention(std::move(selfAttention)),
      m_crossAttention(std::move(crossAttention))
{
    if (m_attention)
        register_module("attention", m_attention);
    if (m_crossAttention)
        register_module("cross_attention", m_crossAttention);
}

torch::Tensor StageImpl::forward(const torch::Tensor& x, const torch::Tensor& embedding,
                                 const TextContext& text, std::vector<CrossAttentionMap>* maps,
                                 const StageOmissions& without)
{
    torch::Tensor h = m_block(x, embedding);
    if (m_attention && !without.attention)
        h = m_attention(h);
    if (!m_crossAttention || without.words)
        return h;
    h = m_crossAttention(h, text, maps);
    if (maps)
        maps->back().layer = m_stageName;
    return h;
}

}  // namespace diffuscope::model
