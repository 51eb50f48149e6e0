// SPDX-License-Identifier: GPL-3.0-or-later
// The 3×3 convolutions of a training through Winograd's F(4×4, 3×3), as in an inference plan: forward, and
// backward to the images.
#pragma once

#include <torch/types.h>

namespace diffuscope::inference {

/// Whether winogradConv2d() can take the place of at::conv2d of stride 1 and padding 1: float32 on a
/// processor with kernels for it, 3×3, and channels that fill its registers.
bool isForWinograd(const torch::Tensor& x, const torch::Tensor& weight);

/// x [B, I, H, W], weight [O, I, 3, 3], bias [O] → [B, O, H, W] in channels-last order, with gradients. An
/// image's numbers depend on that image alone, to the last bit; they differ from at::conv2d's by rounding,
/// some 1e-6 of the largest. The weights' gradient is LibTorch's.
torch::Tensor winogradConv2d(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

}  // namespace diffuscope::inference
