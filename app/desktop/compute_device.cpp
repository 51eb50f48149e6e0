// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/compute_device.h"

#include "core/model/precision.h"

#include <torch/cuda.h>

namespace diffuscope {

bool hasGpu()
{
    return torch::cuda::is_available();
}

bool processorHasBFloat16()
{
    return model::choosePrecision("auto", torch::kCPU) == model::ConvolutionPrecision::BFloat16;
}

}  // namespace diffuscope
