// SPDX-License-Identifier: GPL-3.0-or-later
// What the network costs. No torch in here.
#pragma once

#include "tests/bench/figure.h"

#include <filesystem>

namespace diffuscope::bench {

/// What all cores multiply and add in matrix products that stay in the cache, in GFLOP/s: in float32, then in
/// bfloat16 (0 where there is none). Takes next to no memory.
std::vector<Figure> machineFigures();

/// The network alone, in milliseconds an image at batches of 1, 2, 16, 32 and 64: through the plan, in
/// float32 and bfloat16, through our modules, and through LibTorch's operators one by one with its own
/// threads. Each is the median of `rounds`; ratios are medians of the rounds' ratios, because the machine is
/// rarely alone. On a busy machine LibTorch's threads collapse, so the ratio is given in processor time on
/// one thread as well. What a second thread is worth to a single image is measured by itself. `peak` is the
/// machine's, in GFLOP/s of float32.
std::vector<Figure> networkFigures(const std::filesystem::path& modelFolder, int rounds, double peak);

}  // namespace diffuscope::bench
