// SPDX-License-Identifier: GPL-3.0-or-later
// A labelled data set as tensors.
#pragma once

#include "core/measure/evaluation.h"
#include "core/train/data/idx.h"

namespace diffuscope::train {

/// Images [N, 1, H, W] float32 in [-1, 1] and labels [N] int64.
measure::LabelledTensors toTensors(const LabelledImages& images);

}  // namespace diffuscope::train
