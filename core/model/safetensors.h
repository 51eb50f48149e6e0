// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and writes safetensors files, the format of every weight and tensor file of this program.
// Files are untrusted: every length, offset, type and shape is checked before it is used.
#pragma once

#include <torch/types.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace diffuscope::model {

struct TensorFile
{
    std::map<std::string, torch::Tensor> tensors;  // on the CPU, in the type of the file
    std::map<std::string, std::string> metadata;
};

/// Throws Error where the file is missing, truncated, too large or inconsistent, or holds a type other
/// than F64, F32, F16, BF16, I64, I32 and U8.
TensorFile readSafetensors(const std::string& path);

/// Replaces the file in one atomic step, so that a reader or a crash never sees half of it. Tensors of any
/// device and layout, of the types above. Throws Error.
void writeSafetensors(const std::string& path,
                      const std::vector<std::pair<std::string, torch::Tensor>>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace diffuscope::model
