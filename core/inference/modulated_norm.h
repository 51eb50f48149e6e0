// SPDX-License-Identifier: GPL-3.0-or-later
// GroupNorm, scale and shift, SiLU in one pass over memory, with its gradient: between two convolutions these
// take as long as the convolutions themselves when done one after the other.
#pragma once

#include <torch/types.h>

namespace diffuscope::inference {

/// silu((groupNorm(x) · weight + bias) · (1 + scale) + shift), group norm with epsilon 1e-5.
///   x            [B, C, H, W] float32 or bfloat16
///   weight, bias [C] float32
///   modulation   [B, 2C] float32: scale [B, C], then shift [B, C]; or undefined for none
/// Returns [B, C, H, W] in channels-last order, of type `resultType` (float32 or bfloat16). Statistics and
/// arithmetic are float32. Differentiable in x, weight, bias and modulation.
torch::Tensor modulatedNormSilu(const torch::Tensor& x, int64_t groups, const torch::Tensor& weight,
                                const torch::Tensor& bias, const torch::Tensor& modulation,
                                torch::ScalarType resultType);

}  // namespace diffuscope::inference
