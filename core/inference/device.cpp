// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/device.h"

#include "core/base/error.h"

#include <ATen/Context.h>
#include <torch/cuda.h>

namespace diffuscope::inference {

torch::Device deviceNamed(const std::string& name)
{
    if (name != "auto" && name != "cpu" && name != "cuda") {
        throw Error(ErrorCode::invalidOption,
                    "There is no device \"" + name + "\"; there are auto, cpu and cuda.", "Use \"auto\".");
    }
    if (name == "cuda" && !torch::cuda::is_available()) {
        throw Error(ErrorCode::invalidOption, "The device \"cuda\" was asked for, but LibTorch finds no GPU.",
                    "Use \"auto\" or \"cpu\".");
    }
    if (name == "cpu" || !torch::cuda::is_available())
        return torch::kCPU;
    at::globalContext().setAllowTF32CuDNN(false);
    return {torch::kCUDA, 0};
}

}  // namespace diffuscope::inference
