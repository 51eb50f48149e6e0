// SPDX-License-Identifier: GPL-3.0-or-later
// The device that networks are computed on.
#pragma once

#include <torch/types.h>

#include <string>

namespace diffuscope::inference {

/// "cpu", "cuda" (the first GPU), or "auto": the GPU where LibTorch finds one, else the processor. Throws
/// Error(invalidOption) for a name that is none of these, and for a GPU that is not there. On a GPU, float32
/// is float32 from then on: LibTorch would compute convolutions with 11 significant bits (TF32), and the
/// images would not be the processor's.
torch::Device deviceNamed(const std::string& name);

}  // namespace diffuscope::inference
