// SPDX-License-Identifier: GPL-3.0-or-later
// What a person waits for while runs are compared.
#pragma once

#include "tests/bench/figure.h"
#include "tests/bench/paint_clock.h"

namespace diffuscope::bench {

struct CompareEffort
{
    int images = 16;
    int steps = 50;  ///< of the first run; the others take as many, half and twice
};

/// Four runs of a fake denoiser compared by time in a large window with every dock open beside the others:
/// the time of each move of the playhead in every layer, side by side and as differences, and with another
/// reference.
std::vector<Figure> compareFigures(PaintClock& application, const CompareEffort& effort);

}  // namespace diffuscope::bench
