#include "core/train/precision.h"

#include <torch/cuda.h>

namespace diffuscope::train {

torch::Device bestDevice()
{
    return torch::cuda::is_available() ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
}

}  // namespace diffuscope::train
