// SPDX-License-Identifier: GPL-3.0-or-later
// What a transformer does to its tokens between the matrix products, each in one pass over memory, with its
// gradient. On a GPU they are LibTorch's own operations.
#pragma once

#include <torch/types.h>

namespace diffuscope::model {

/// layerNorm(x) · (1 + scale) + shift, layer norm over the last dimension with epsilon 1e-6 and no weights.
/// x [B, N, width], scale and shift [B, 1, width], float32. Differentiable in all three.
torch::Tensor modulatedLayerNorm(const torch::Tensor& x, const torch::Tensor& scale,
                                 const torch::Tensor& shift);

/// x + gate · branch; x and branch [B, N, width], gate [B, 1, width], float32. Differentiable in all three.
torch::Tensor addGated(const torch::Tensor& x, const torch::Tensor& branch, const torch::Tensor& gate);

/// GELU in the form with tanh (Hendrycks & Gimpel 2016, section 2). Differentiable.
torch::Tensor tokenGelu(const torch::Tensor& x);

/// softmax(q kᵀ/√w) of each head (Vaswani et al. 2017, eq. 1) from queryKeyValue [B, N, 3·heads·w], where
/// queries, keys and values lie side by side. Returns [B, heads, N, N], which sums to 1 over the last.
torch::Tensor attentionWeights(const torch::Tensor& queryKeyValue, int64_t heads);

/// The values, mixed by these weights: [B, N, heads·w]. Differentiable.
torch::Tensor tokenAttention(const torch::Tensor& queryKeyValue, int64_t heads);

}  // namespace diffuscope::model
