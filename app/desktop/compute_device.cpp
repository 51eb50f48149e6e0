#include "app/desktop/compute_device.h"

#include <torch/cuda.h>

namespace diffuscope {

bool computesOnGpu(const std::string& asked)
{
    return asked != "cpu" && torch::cuda::is_available();
}

}  // namespace diffuscope
