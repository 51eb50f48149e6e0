// SPDX-License-Identifier: GPL-3.0-or-later
// How fast the transformer and the autoencoder are, beside the same networks as LibTorch computes them. No
// torch in here.
#pragma once

#include "tests/bench/figure.h"

namespace diffuscope::bench {

struct FamilyEffort
{
    int rounds = 9;
    int trainingBatch = 64;
};

/// Processor time on one thread, so that other programs do not count: a transformer's plan over its operators
/// at batch 1 and 32, training steps of transformer and autoencoder over theirs, a decoded picture at
/// batch 16. Ratios are medians of the rounds'.
std::vector<Figure> familyFigures(const FamilyEffort& effort);

}  // namespace diffuscope::bench
