// SPDX-License-Identifier: GPL-3.0-or-later
// A device that LibTorch takes for a GPU, in programs that are linked with this or have it preloaded: what
// runs on a GPU can be tested where there is none.
#pragma once

#include <cstdint>

namespace diffuscope::test {

/// Its memory can be read by no pointer of the processor's: whoever tries crashes. Every operator is computed
/// by the processor's own, and refused, as on a GPU, where its tensors are not all on the device. What
/// differs from a GPU: everything is done when the call returns, and rounding is the processor's.
namespace stand_in_gpu {

/// Operators that were computed on the device since the program began.
std::int64_t operatorCount();

}  // namespace stand_in_gpu

}  // namespace diffuscope::test
