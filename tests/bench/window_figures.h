// SPDX-License-Identifier: GPL-3.0-or-later
// What a person waits for in the window: an edit, a step of the playhead; and what a long run takes in
// memory.
#pragma once

#include "tests/bench/figure.h"
#include "tests/bench/paint_clock.h"
#include "ui/document/model_entry.h"
#include "ui/engine/sampling_service.h"

namespace diffuscope::bench {

struct EditEffort
{
    int edits = 30;  ///< of each kind
    int steps = 20;  ///< of a run
    int images = 16;
};

/// Edits in a real window on the models' own networks: the time until the first changed pixels, of the seed
/// and of guidance (whose first evaluation is known), from rest and in the middle of a run; the time of a
/// whole run; and how long a run goes on after it was cancelled. Throws std::runtime_error where a run fails
/// or its pixels do not change.
std::vector<Figure> editFigures(PaintClock& application, const ui::SamplingService::MakeFactory& makeFactory,
                                const QList<ui::ModelEntry>& models, const EditEffort& effort);

struct ScrubEffort
{
    int images = 64;
    int steps = 1000;
};

/// A run of a fake denoiser through the real loop, record and window: the memory that it takes, then the time
/// of each move of the playhead until everything in the window has followed, in order and at random.
std::vector<Figure> scrubFigures(PaintClock& application, const ScrubEffort& effort);

struct DocksEffort
{
    int images = 16;
    int steps = 50;
};

/// A guided run of a fake denoiser with fresh noise in every step, in a large window with every dock open
/// beside the others: the time of each move of the playhead, in every layer and with all layers of one image.
std::vector<Figure> docksFigures(PaintClock& application, const DocksEffort& effort);

}  // namespace diffuscope::bench
