// What the network costs, and what sampling costs on top of it. No torch in here.
#pragma once

#include "tests/bench/figure.h"

#include <filesystem>

namespace diffuscope::bench {

/// The network alone, in milliseconds an image at batches of 1, 16, 32 and 64: through the plan, in float32
/// and bfloat16, through our modules, and through LibTorch's operators one by one with its own threads. Each
/// is the median of `rounds`; ratios are medians of the rounds' ratios, because the machine is rarely alone.
/// On a busy machine LibTorch's threads collapse, so the ratio is given in processor time on one thread as
/// well.
std::vector<Figure> networkFigures(const std::filesystem::path& modelFolder, int rounds);

/// The time of a run of 16 images with guidance, against its evaluations × the network alone on as large a
/// batch (the two timed in turn, `rounds` times), and against the time that the run itself spent in the
/// network.
std::vector<Figure> overheadFigures(const std::filesystem::path& modelFolder, int steps, int rounds);

}  // namespace diffuscope::bench
