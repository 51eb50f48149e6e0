// SPDX-License-Identifier: GPL-3.0-or-later
// Starts the run of a plan: what the window and the command line sample branches by. No torch in here.
#pragma once

#include "core/recipe/run_plan.h"
#include "core/run/run.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

namespace diffuscope::run {

/// A run in memory, which others may go on from.
struct KnownRun
{
    recipe::RunPlan plan;
    std::shared_ptr<const record::Trajectory> trajectory;
    std::shared_ptr<const schedule::NoiseSchedule> schedule;
    /// May be null.
    std::shared_ptr<const std::vector<samplers::StepTerms>> terms{};
};

/// How the runs are found that a branch leaves.
struct PlanStart
{
    /// Each with a trajectory.
    std::vector<KnownRun> known{};
    std::stop_token stop{};
    /// Told each frame that is sampled again on the way; may throw, and be empty.
    std::function<void(const record::Frame& frame)> onFrame{};
};

/// The run of a plan: from noise, or in a branch from the frame of the run that it leaves. That frame and
/// what a sampler remembers before it are taken from a known run that holds them exactly (the run that is
/// left, or another that leaves it at the same frame); where there is none, the beginning of that run is
/// sampled again at full precision, no further than to the frame. Throws as RunFactory::startFrom(),
/// Cancelled where the stop token is set meanwhile, and Error(invalidOption) where the run that is left has
/// no such frame.
std::unique_ptr<run::Run> startRun(run::RunFactory& factory, const recipe::RunPlan& plan,
                                   const PlanStart& start = {});

}  // namespace diffuscope::run
