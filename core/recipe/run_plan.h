// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that determines a run: its recipe and, of a branch, the run and the frame that it leaves.
#pragma once

#include "core/recipe/recipe.h"

#include <memory>
#include <string>
#include <vector>

namespace diffuscope::recipe {

struct BranchPoint;

/// A plain value; runs that leave the same run share its plan.
struct RunPlan
{
    Recipe recipe{};
    /// Where the run leaves another; null for one that starts from noise.
    std::shared_ptr<const BranchPoint> from{};

    bool operator==(const RunPlan& other) const;
};

/// The state before step `frame` of a run: what a branch goes on from. The branch's recipe holds from there
/// on: of its grid it visits the levels that are cleaner, with noise of its own seed.
struct BranchPoint
{
    RunPlan run;
    int frame = 0;

    bool operator==(const BranchPoint&) const = default;
};

/// The same place, or both none.
bool samePlace(const std::shared_ptr<const BranchPoint>& a, const std::shared_ptr<const BranchPoint>& b);

/// A run has at most this many others above it: plans are followed run by run.
constexpr int deepestBranch = 200;
/// More bytes of a plan's text are neither written nor read.
constexpr std::size_t longestPlanText = std::size_t(4) << 20;

/// The plan as versioned JSON text: the recipe's own (see recipe.h), which in a branch ends with
/// `"from": {"frame": 12, "run": {…}}`, where the run is again a recipe and perhaps a branch. Each of them
/// bears its version. toJson throws as that of a recipe, and Error(invalidOption) beyond longestPlanText.
/// planFromJson throws as recipeFromJson(), and for a frame below 0, a run or frame that is missing, more
/// than deepestBranch runs within each other, and a longer text.
std::string toJson(const RunPlan& plan);
RunPlan planFromJson(const std::string& text);

/// Which recipe made the steps from `firstStep` on.
struct PlanPart
{
    int firstStep = 0;
    Recipe recipe;
};

/// The recipes that made the steps of a run, in order of the steps; the first has firstStep 0. A part that
/// made no step (a branch at the frame at which its parent began) is left out.
std::vector<PlanPart> partsOf(const RunPlan& plan);

}  // namespace diffuscope::recipe
