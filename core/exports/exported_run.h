// SPDX-License-Identifier: GPL-3.0-or-later
// A recorded run as exports see it, and what a long export tells its caller.
#pragma once

#include "core/explain/run_reader.h"
#include "core/recipe/run_plan.h"
#include "core/schedule/time_grid.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace diffuscope::exports {

/// Copying it copies pointers. The frames that have arrived are exported, also where the run is going on.
struct ExportedRun
{
    recipe::Recipe recipe{};
    std::shared_ptr<const recipe::BranchPoint> from{};  ///< where it leaves another run; null for none
    explain::RunFacts facts{};
    std::shared_ptr<const schedule::NoiseSchedule> schedule{};
    std::shared_ptr<const schedule::TimeGrid> grid{};
    std::string name{};  ///< where runs are compared; empty for the recipe's own words

    recipe::RunPlan plan() const { return {recipe, from}; }
    const record::Trajectory& trajectory() const { return *facts.trajectory; }
    /// Of each frame. Throws Error(invalidOption) where there is no frame yet.
    const record::BatchShape& shape() const;
};

/// What an export goes on telling and asking; called on the thread that exports.
struct Monitor
{
    std::function<void(double share)> progress{};  ///< of the work, 0 … 1; may be empty
    std::stop_token stop{};

    /// Throws Cancelled where the stop token is set.
    void at(double share) const;
};

/// The recipe in words: "mnist, class 7, ddim, 20 steps, guidance 2, seed 1".
std::string recipeTitle(const recipe::Recipe& recipe);
/// The same of a run; of a branch with the frame that it begins at: "…, seed 1, from step 6 of another run".
std::string runTitle(const ExportedRun& run);
/// What an image of the batch shows: "class 7", "unconditional", or its prompt.
std::string imageTitle(const recipe::Recipe& recipe, int image);
/// "step 3", and "result" for the last frame of a finished run; and its time, "t 412".
std::string frameTitle(const record::Trajectory& trajectory, int frame);
std::string frameTime(const record::Trajectory& trajectory, int frame);

/// At most `count` frames of a run, evenly spaced, the first and the last always among them; 0 for all.
std::vector<int> spacedFrames(const record::Trajectory& trajectory, int count);
/// The asked images, or all where none are asked for. Throws Error(invalidOption) for one that is not there.
std::vector<int> chosenImages(const ExportedRun& run, const std::vector<int>& asked);
/// A number in the C locale, as short as reads back to the same double; empty where it is not finite.
std::string numberText(double value);
/// With at most so many significant digits, for people.
std::string shortNumber(double value, int digits = 3);

}  // namespace diffuscope::exports
