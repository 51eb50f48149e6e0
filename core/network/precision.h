// Chooses the arithmetic of a network's convolutions.
#pragma once

#include "core/network/unet_blocks.h"

#include <torch/types.h>

#include <string>

namespace diffuscope::network {

/// "float32", "bfloat16", or "auto": bfloat16 where the hardware multiplies it natively (AVX512-BF16, AMX, a
/// GPU), float32 elsewhere. Throws Error(invalidOption) for another name.
ConvolutionPrecision choosePrecision(const std::string& name, const torch::Device& device);

}  // namespace diffuscope::network
