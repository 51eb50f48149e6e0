// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unet/cross_attention.h"

#include <cmath>

namespace diffuscope::model {

CrossAttentionImpl::CrossAttentionImpl(int channels, int groups, int heads, int textWidth)
    : m_heads(heads),
      m_norm(register_module("norm", torch::nn::GroupNorm(groups, channels))),
      m_query(register_module("query", Convolution(channels, channels, 1))),
      m_keyValue(register_module("key_value", torch::nn::Linear(textWidth, 2 * channels))),
      m_projection(register_module("projection", Convolution(channels, channels, 1)))
{
    m_projection->setToZero();
}

torch::Tensor CrossAttentionImpl::forward(const torch::Tensor& x, const TextContext& text,
                                          std::vector<CrossAttentionMap>* maps)
{
    const int64_t batch = x.size(0), channels = x.size(1), height = x.size(2), width = x.size(3);
    const int64_t positions = height * width, headWidth = channels / m_heads, tokens = text.bias.size(1);
    // [B, C, H, W] in channels-last order is [B, N, heads, headWidth] in memory.
    const auto query = m_query(m_norm(x))
                           .to(torch::kFloat32)
                           .permute({0, 2, 3, 1})
                           .reshape({batch, positions, m_heads, headWidth})
                           .permute({0, 2, 1, 3})
                           .reshape({batch * m_heads, positions, headWidth});
    const auto keyValue = m_keyValue(text.states)
                              .view({batch, tokens, 2, m_heads, headWidth})
                              .permute({2, 0, 3, 1, 4})
                              .reshape({2, batch * m_heads, tokens, headWidth})
                              .unbind(0);
    const double scale = 1.0 / std::sqrt(static_cast<double>(headWidth));
    const auto scores =
        torch::bmm(query * scale, keyValue[0].transpose(1, 2)).view({batch, m_heads, positions, tokens});
    const auto weights = torch::softmax(scores + text.bias.view({batch, 1, 1, tokens}), -1);
    if (maps)
        maps->push_back({{}, height, width, weights});
    const auto mixed = torch::bmm(weights.view({batch * m_heads, positions, tokens}), keyValue[1])
                           .view({batch, m_heads, positions, headWidth})
                           .permute({0, 2, 1, 3})
                           .reshape({batch, height, width, channels})
                           .permute({0, 3, 1, 2});
    return x + m_projection(mixed);
}

}  // namespace diffuscope::model
