// SPDX-License-Identifier: GPL-3.0-or-later
// Runs through the real sampling loop and the real record, of a denoiser that costs next to nothing. No torch
// in here.
#pragma once

#include "core/run/run.h"

#include <memory>

namespace diffuscope::bench {

/// Makes runs of 28×28 images of one channel that are shown as a network's would be: any steps, sampler,
/// guidance and batch of a recipe; its model is not looked at.
std::unique_ptr<run::RunFactory> makeRecordedFake();

}  // namespace diffuscope::bench
