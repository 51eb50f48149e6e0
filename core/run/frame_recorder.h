// SPDX-License-Identifier: GPL-3.0-or-later
// Turns what happened in a step into its frame: plain floats, the minimum that the rest follows from.
#pragma once

#include "core/record/frame.h"
#include "core/run/sampling_loop.h"
#include "core/samplers/step_terms.h"

namespace diffuscope::run {

using torch::Tensor;

/// The frame of a step, its tensors copied to plain floats at `precision`. `index` counts from 0.
record::Frame recordStep(const StepReport& report, int index, const schedule::TimeGrid& grid,
                         const record::BatchShape& shape, record::Precision precision,
                         samplers::FurtherValues further = {});

/// The frame after the last step: x_t = x0Hat = the state at the last level.
record::Frame recordResult(const Tensor& state, const schedule::TimeGrid& grid,
                           const record::BatchShape& shape);

}  // namespace diffuscope::run
