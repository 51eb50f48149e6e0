// SPDX-License-Identifier: GPL-3.0-or-later
// Whether numbers are numbers.
#pragma once

#include <torch/types.h>

namespace diffuscope::denoise {

/// No NaN and no infinity among the values, of any floating type, on any device.
bool isFinite(const torch::Tensor& values);

}  // namespace diffuscope::denoise
