// SPDX-License-Identifier: GPL-3.0-or-later
// Process-wide settings without which LibTorch on a CPU runs at half its speed.
#pragma once

namespace diffuscope::inference {

/// Sets the intra-op thread count (0 = one per processor core), keeps OpenBLAS to one thread of its own (its
/// spinning workers otherwise fight with LibTorch's) and lets malloc keep large blocks (fresh pages cost more
/// than the arithmetic on them). Call once at start-up, before any tensor work.
void setUpComputeThreads(int threads);

}  // namespace diffuscope::inference
