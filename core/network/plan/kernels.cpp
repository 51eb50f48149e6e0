#include "core/network/plan/kernels.h"

namespace diffuscope::network::plan {

#if defined(DIFFUSCOPE_X86_KERNELS)

const Kernels* floatKernels()
{
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512cd")) {
        return &kAvx512Kernels;
    }
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")
               ? &kAvx2Kernels
               : nullptr;
}

const Kernels* bfloat16Kernels()
{
    __builtin_cpu_init();
    return floatKernels() == &kAvx512Kernels && __builtin_cpu_supports("avx512bf16") ? &kAvx512BFloat16Kernels
                                                                                     : nullptr;
}

#else

const Kernels* floatKernels()
{
    return nullptr;
}

const Kernels* bfloat16Kernels()
{
    return nullptr;
}

#endif

}  // namespace diffuscope::network::plan
