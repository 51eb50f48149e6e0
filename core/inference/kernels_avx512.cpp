// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels for x86 processors of the fourth level (AVX-512).
#include "core/inference/kernel_loops.h"

namespace diffuscope::inference {

const Kernels avx512Kernels = kernelsOf<FloatFormat>("float32 with AVX-512");

}  // namespace diffuscope::inference
