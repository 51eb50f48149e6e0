// The kernels for x86 processors of the fourth level (AVX-512).
#include "core/network/plan/kernel_loops.h"

namespace diffuscope::network::plan {

const Kernels kAvx512Kernels = kernelsOf<FloatFormat>("float32 with AVX-512");

}  // namespace diffuscope::network::plan
