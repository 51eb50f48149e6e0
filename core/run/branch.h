// SPDX-License-Identifier: GPL-3.0-or-later
// Continues a recorded run: the levels that are left, the state in the branch's own scale, and the memory of
// its sampler.
#pragma once

#include "core/run/origin.h"
#include "core/samplers/sampler.h"

namespace diffuscope::run {

using denoise::Prediction;
using schedule::NoiseLevel;
using torch::Tensor;

/// The levels of a branch: those that the origin visited, then those of `grid` that are cleaner than its last
/// (noisier, for a grid that rises). On the schedule of the origin its levels stay as they are, so that a
/// branch that changes nothing visits exactly the same ones; on another they are those of the same
/// sigma/alpha. Throws Error(invalidOption) where `grid` has none left, or runs the other way.
schedule::TimeGrid branchGrid(const Origin& origin, const schedule::NoiseSchedule& schedule,
                              const schedule::TimeGrid& grid);

/// The state x [B, C, H, W] that the branch begins with, of the first `shape.batch` images of the origin, on
/// the CPU; scaled where the branch's convention of alpha and sigma is another. Throws Error(invalidOption)
/// where the origin has fewer images, or images of another size.
Tensor branchState(const Origin& origin, const NoiseLevel& level, const record::BatchShape& shape);

struct BranchSampler
{
    std::unique_ptr<samplers::Sampler> sampler;
    BranchHistory history = BranchHistory::notNeeded;
    /// What the sampler is to see as its grid: the branch's, or where it was restarted its levels from the
    /// branch on, of which the first step is then step 0.
    schedule::TimeGrid grid;
};

/// The sampler of a branch with the levels `grid` (see branchGrid()). One that remembers is shown the
/// recorded steps: their states, predictions and noise. What it remembers of images is then exactly what the
/// recorded run remembered, and what it remembers of noise, which follows from state and image, is to about
/// 1e-6. Where the record does not hold what the sampler asks for (steps of another kind), it is restarted.
BranchSampler branchSampler(const recipe::SamplerSpec& spec, const schedule::NoiseSchedule& schedule,
                            const schedule::TimeGrid& grid, const Origin& origin,
                            const record::BatchShape& shape, torch::Device device = torch::kCPU);

/// The terms of every step of a branch: the origin's, then its own. Empty where stepTerms() is.
std::vector<samplers::StepTerms> branchTerms(const recipe::SamplerSpec& spec,
                                             const schedule::NoiseSchedule& schedule,
                                             const schedule::TimeGrid& grid, const Origin& origin,
                                             BranchHistory history);

}  // namespace diffuscope::run
