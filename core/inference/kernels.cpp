// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/kernels.h"

namespace diffuscope::inference {

#if defined(DIFFUSCOPE_X86_KERNELS)

std::vector<const Kernels*> supportedFloatKernels()
{
    __builtin_cpu_init();
    std::vector<const Kernels*> kernels;
    // The instructions of the fourth and third level of x86-64, for which these are compiled.
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512cd"))
        kernels.push_back(&avx512Kernels);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
        kernels.push_back(&avx2Kernels);
    return kernels;
}

const Kernels* bfloat16Kernels()
{
    const bool isSupported = floatKernels() == &avx512Kernels && __builtin_cpu_supports("avx512bf16");
    return isSupported ? &avx512BFloat16Kernels : nullptr;
}

#else

std::vector<const Kernels*> supportedFloatKernels()
{
    return {};
}

const Kernels* bfloat16Kernels()
{
    return nullptr;
}

#endif

const Kernels* floatKernels()
{
    const auto supported = supportedFloatKernels();
    return supported.empty() ? nullptr : supported.front();
}

}  // namespace diffuscope::inference
