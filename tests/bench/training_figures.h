// SPDX-License-Identifier: GPL-3.0-or-later
// How fast training is. No torch in here.
#pragma once

#include "tests/bench/figure.h"

#include <filesystem>

namespace diffuscope::bench {

struct TrainingEffort
{
    int steps = 6;  ///< that count, of each round
    int rounds = 3;
    int batch = 64;
};

/// Images a second of a training of the model's network in float32, by this program and as LibTorch's
/// operators, optimizer and threads do it; the ratio is the median of the rounds'.
std::vector<Figure> trainingFigures(const std::filesystem::path& modelFolder, const TrainingEffort& effort);

}  // namespace diffuscope::bench
