// Chooses the arithmetic of a training's convolutions, and its device.
#pragma once

#include "core/network/unet_blocks.h"

#include <torch/types.h>

#include <string>

namespace diffuscope::train {

/// The first GPU where LibTorch has one, else the processor.
torch::Device bestDevice();

/// "float32", "bfloat16", or "auto": bfloat16 where the hardware multiplies it natively (AVX512-BF16, AMX, a
/// GPU), float32 elsewhere. Throws Error(invalidOption) for another name.
network::ConvolutionPrecision choosePrecision(const std::string& name, const torch::Device& device);

}  // namespace diffuscope::train
