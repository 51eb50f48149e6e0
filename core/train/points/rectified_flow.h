// SPDX-License-Identifier: GPL-3.0-or-later
// Rectified flow in the plane: pairs of noise and data, how straight the paths are, and a second round. No
// torch.
#pragma once

#include "core/train/points/point_trainer.h"

namespace diffuscope::train {

/// x0 for each noise [N, D] by `steps` Euler steps of dx/dsigma = eps − x0 from the schedule's last level to
/// clean data, equally spaced in sigma/(alpha + sigma). Throws Error(invalidOption) for a field that was not
/// trained with the target flow, and steps below 1.
std::vector<double> flowEnds(const model::LearnedField& field, std::span<const double> noises, int steps,
                             int threads = 0);

/// N(0, 1) noise of so many points; point k depends on (seed, k) alone.
std::vector<double> flowNoises(std::size_t count, int dimensions, std::uint64_t seed);

/// What rectified flow makes better in a second round (Liu et al. 2022, Flow Straight and Fast).
struct FlowQuality
{
    /// The mean over paths and times of ‖(x0 − x_T) − dx/du‖², 0 for straight paths (eq. 7 there).
    double straightness = 0;
    /// Mean distance of the end after 1, 2 and 4 steps from the end after 128.
    std::array<double, 3> stepError{};
};
FlowQuality flowQuality(const model::LearnedField& field, std::size_t count = 1000, std::uint64_t seed = 1,
                        int threads = 0);

/// The data of reflow: fresh noise, and where the flow takes it. With `onlyNoisiest`, of one-step
/// distillation.
TrainingPoints reflowPoints(const model::LearnedField& field, std::size_t count, std::uint64_t seed,
                            int steps = 64, bool onlyNoisiest = false, int threads = 0);

}  // namespace diffuscope::train
