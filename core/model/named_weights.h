// SPDX-License-Identifier: GPL-3.0-or-later
// A module's weights by name, out of and into files.
#pragma once

#include "core/model/safetensors.h"

#include <torch/nn/module.h>

#include <string>
#include <utility>
#include <vector>

namespace diffuscope::model {

/// Every parameter under its dotted name ("down0_0.block.conv1.weight"), in the module's order.
std::vector<std::pair<std::string, torch::Tensor>> namedWeights(const torch::nn::Module& module);

/// Copies the file's tensors into the parameters. Throws Error(invalidFile) that names `path` and the tensor
/// where one is missing or left over, has another shape, is not of a floating type, or holds NaN or infinity.
void assignWeights(torch::nn::Module& module, const TensorFile& file, const std::string& path);

}  // namespace diffuscope::model
