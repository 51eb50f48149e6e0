#include "app/desktop/compute_device.h"

#include "core/network/precision.h"

#include <torch/cuda.h>

namespace diffuscope {

bool hasGpu()
{
    return torch::cuda::is_available();
}

bool processorHasBFloat16()
{
    return network::choosePrecision("auto", torch::kCPU) == network::ConvolutionPrecision::BFloat16;
}

}  // namespace diffuscope
