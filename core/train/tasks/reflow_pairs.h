// SPDX-License-Identifier: GPL-3.0-or-later
// Noise and the picture that a flow leads it to: what a reflow is trained on (Liu et al. 2023, "Flow straight
// and fast", section 2.2).
#pragma once

#include "core/model/dit/dit.h"
#include "core/train/loop/training_options.h"

#include <torch/types.h>

#include <functional>
#include <string>

namespace diffuscope::train {

struct ReflowPairs
{
    torch::Tensor images;    ///< [count, C, H, W] float32
    torch::Tensor classIds;  ///< [count] int64

    int64_t count() const { return images.size(0); }
};

/// The noise of a pair, C·H·W values, from (seed, pair) alone.
void fillPairNoise(uint64_t seed, uint64_t pair, float* values, int64_t count);

/// Follows the teacher's flow from the noise of `count` pairs, all classes in turn, in `steps` Euler steps.
/// Keeps them in FILE and takes them from there where they are already, and of this seed, count and steps.
/// onProgress(done) is called after each batch. Throws Error where the file is damaged.
ReflowPairs reflowPairs(model::Dit& teacher, int levels, uint64_t seed, int64_t count, int steps,
                        const std::string& file, const std::function<void(int64_t done)>& onProgress = {});

}  // namespace diffuscope::train
