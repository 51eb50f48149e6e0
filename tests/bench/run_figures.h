// SPDX-License-Identifier: GPL-3.0-or-later
// What a run costs on top of its network, and where. No torch in here.
#pragma once

#include "tests/bench/figure.h"

#include <filesystem>

namespace diffuscope::bench {

struct RunEffort
{
    int steps = 20;
    int rounds = 5;
};

/// Runs with guidance of 16 images, in float32 and bfloat16: the whole time, and its ratio to the
/// evaluations'. The network's time is taken inside the run, call by call, so that whatever else the machine
/// does in that time is in both; the same calls are also repeated alone, behind the run. Then where the rest
/// of a step's time goes, for 16 and 64 images: the record, and the arithmetic of sampler and guidance.
std::vector<Figure> runFigures(const std::filesystem::path& modelFolder, const RunEffort& effort);

}  // namespace diffuscope::bench
