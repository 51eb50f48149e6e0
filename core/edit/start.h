// SPDX-License-Identifier: GPL-3.0-or-later
// Where a run begins that does not begin in pure noise: at a picture that was noised to a level of the grid.
#pragma once

#include "core/edit/picture_store.h"
#include "core/recipe/start.h"
#include "core/schedule/time_grid.h"

#include <torch/types.h>

namespace diffuscope::edit {

using torch::Tensor;

/// A picture of the store as one sample [1, C, H, W] in [−1, 1], float32; `what` as in PictureStore::get().
/// Throws Error(missingFile) where it is not there, Error(invalidOption) where pictures have no such
/// channels.
Tensor sampleOf(const PictureStore& pictures, const std::string& hash, int channels, int height, int width,
                const std::string& what);

/// The number of the grid's steps that a run of this strength makes: the last `strength` of all, at least
/// one. Throws Error(invalidOption) for strength 0, at which nothing would change.
int stepsOfStrength(double strength, int steps);

/// The last levels of the grid that a run from a picture visits (Meng et al. 2022, SDEdit, algorithm 1).
schedule::TimeGrid gridOfStrength(const schedule::TimeGrid& grid, double strength);

/// x0 noised to a level: alpha·x0 + sigma·noise (Ho et al. 2020, eq. 4). x0 [1 or B, …], noise [B, …].
Tensor noised(const Tensor& x0, const Tensor& noise, const schedule::NoiseLevel& level);

}  // namespace diffuscope::edit
