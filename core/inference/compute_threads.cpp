// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/compute_threads.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <dlfcn.h>
#include <thread>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace diffuscope::inference {

void setUpComputeThreads(int threads)
{
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    at::set_num_threads(threads > 0 ? threads : cores);
    // OpenBLAS may not be the linear algebra library of this LibTorch, so it is asked for by name.
    using SetThreads = void (*)(int);
    if (auto* setThreads = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads")))
        setThreads(1);
#if defined(__GLIBC__)
    constexpr int keepBelowBytes = 1 << 30;
    mallopt(M_MMAP_THRESHOLD, keepBelowBytes);
    mallopt(M_TRIM_THRESHOLD, keepBelowBytes);
#endif
}

}  // namespace diffuscope::inference
