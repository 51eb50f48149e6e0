// SPDX-License-Identifier: GPL-3.0-or-later
// What this machine can compute on, without a torch header.
#pragma once

namespace diffuscope {

/// LibTorch finds a GPU.
bool hasGpu();
/// The processor multiplies bfloat16.
bool processorHasBFloat16();

}  // namespace diffuscope
