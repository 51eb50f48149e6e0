// The kernels for x86 processors of the third level (AVX2 and FMA, since 2013).
#include "core/network/plan/kernel_loops.h"

namespace diffuscope::network::plan {

const Kernels kAvx2Kernels = kernelsOf<FloatFormat>("float32 with AVX2");

}  // namespace diffuscope::network::plan
