// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses the arithmetic of a network's convolutions.
#pragma once

#include "core/model/unet/plan_builder.h"
#include "core/model/unet/unet_blocks.h"

#include <torch/types.h>

#include <string>

namespace diffuscope::model {

/// By name alone: "float32", "bfloat16", or "auto": bfloat16 where the hardware multiplies it natively
/// (AVX512-BF16, AMX, a GPU), float32 elsewhere. Throws Error(invalidOption) for another name.
ConvolutionPrecision choosePrecision(const std::string& name, const torch::Device& device);

/// How one network is evaluated on this machine.
struct PrecisionChoice
{
    ConvolutionPrecision precision = ConvolutionPrecision::Float32;
    std::string reason;        ///< one sentence
    model::PlanOrReason plan;  ///< the network's plan in this precision, or why there is none
};

std::string precisionName(ConvolutionPrecision precision);

/// The same for a network at hand, which it leaves in that precision; "" keeps the present one. "auto"
/// measures: both precisions are tried on the network itself, a few milliseconds of this thread or of the GPU
/// each, and bfloat16 is taken where it is at least 5 % faster; on a processor, without an inference plan, it
/// is float32.
PrecisionChoice measuredPrecision(const std::string& name, UNet& net, const torch::Device& device);

}  // namespace diffuscope::model
