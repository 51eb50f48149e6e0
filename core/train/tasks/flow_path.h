// SPDX-License-Identifier: GPL-3.0-or-later
// Follows a velocity from noise to picture without recording anything: previews, pairs for a reflow, and how
// straight the paths are.
#pragma once

#include <torch/types.h>

#include <functional>

namespace diffuscope::train {

/// The velocity dx/du of x [B, …] at time u in (0, 1] (1 is noise), for a step of length `step`.
using Velocity = std::function<torch::Tensor(const torch::Tensor& x, double u, double step)>;

/// Euler's method from noise at u = 1 to a picture at u = 0 in equal steps: x ← x − v(x, u)/steps
/// (Liu et al. 2023, "Flow straight and fast", algorithm 1).
torch::Tensor followFlow(const Velocity& velocity, const torch::Tensor& noise, int steps);

/// The mean over images and times of ‖(z1 − z0) − v(z_u, u)‖² per value along Euler's paths (Liu et al. 2023,
/// eq. 3), times run from noise z1 to picture z0: 0 where all paths are straight lines.
double curvature(const Velocity& velocity, const torch::Tensor& noise, int steps);

}  // namespace diffuscope::train
