// SPDX-License-Identifier: GPL-3.0-or-later
// Runs of points in double precision through the program's own samplers. No torch in here.
#pragma once

#include "core/model/exact/point_field.h"
#include "core/recipe/recipe.h"
#include "core/schedule/time_grid.h"

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace diffuscope::run {

/// What of a run of points is asked beside its recipe.
struct PointOptions
{
    /// x_T, [N, D]; empty: N(0, 1) noise of the recipe's seed, scaled to the first level. Where it is given,
    /// the run has as many points as it, whatever the recipe's batch.
    std::vector<double> start{};
    bool keepsStates = false;  ///< states and estimates of every step
    int threads = 1;           ///< of the field; 0: one a core
    /// Fills draw number `draw` of the run, [N, D], in the place of the seed's noise. May be empty.
    std::function<void(int draw, std::span<double> values)> noise{};
};

/// The record of such a run.
struct PointRun
{
    int dimensions = 2;
    std::vector<double> samples;              ///< [N, D]
    std::vector<std::vector<double>> states;  ///< steps + 1 states [N, D], if kept
    std::vector<std::vector<double>>
        x0Hats;  ///< steps estimates [N, D], if kept; empty where a step has none
    std::vector<schedule::NoiseLevel> levels;  ///< steps + 1
    std::vector<int> labels;                   ///< [N], the class asked for, −1 for none
    int evaluations = 0;
    double elapsedMs = 0;

    std::size_t size() const { return labels.size(); }
};

/// The schedule of a recipe for an exact model: its own is linear with 1,000 levels.
schedule::NoiseSchedule scheduleOf(const recipe::Recipe& recipe);

/// The recipe's run of points of this data. Point k depends on the recipe, its seed and k alone (of recipes
/// whose sampler chooses its steps itself, on all points). Throws Error(invalidOption) for everything wrong
/// with the recipe, Error(notFinite), and Cancelled.
PointRun samplePoints(std::shared_ptr<const model::PointField> field, const recipe::Recipe& recipe,
                      const PointOptions& options = {}, const std::stop_token& stop = {});

}  // namespace diffuscope::run
