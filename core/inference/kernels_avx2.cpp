// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels for x86 processors of the third level (AVX2 and FMA, since 2013).
#include "core/inference/kernel_loops.h"

namespace diffuscope::inference {

const Kernels avx2Kernels = kernelsOf<FloatFormat>("float32 with AVX2");

}  // namespace diffuscope::inference
