// SPDX-License-Identifier: GPL-3.0-or-later
// One execution of a recipe, as a machine that is advanced from outside, one step at a time. No torch in
// here.
#pragma once

#include "core/base/error.h"
#include "core/recipe/recipe.h"
#include "core/record/trajectory.h"
#include "core/run/evaluator.h"
#include "core/run/origin.h"
#include "core/samplers/step_terms.h"
#include "core/schedule/time_grid.h"

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace diffuscope::run {

/// A run in progress. Pause is not calling advance(); cancelling is a stop token; single-stepping is one
/// call.
class Run
{
public:
    virtual ~Run() = default;

    virtual const schedule::NoiseSchedule& schedule() const = 0;
    virtual const schedule::TimeGrid& grid() const = 0;
    virtual record::BatchShape shape() const = 0;
    /// Whether each image comes out the same whatever others there are: not where a sampler chooses its steps
    /// by all of them.
    virtual bool hasIndependentImages() const { return true; }
    /// The interval of frames at full precision (see record::MemoryBudget); 1 if all are.
    virtual int keyInterval() const = 0;
    /// What each step is made of (see stepTerms()); empty where that is not known ahead. Computed anew by
    /// each call, at about 0.1 ms a step.
    virtual std::vector<samplers::StepTerms> terms() const { return {}; }

    /// Of the evaluations so far, those whose answer was known from a run before; they count as evaluations
    /// too, since the recipe costs them.
    virtual int reusedEvaluations() const { return 0; }

    /// The frames before the first that advance() returns: those of another run that this one goes on from.
    virtual std::vector<record::FramePtr> framesBefore() const { return {}; }
    /// What a person should know of how the run began: one sentence, empty where there is nothing to say. Of
    /// an inversion it is known after the first step.
    virtual std::string remark() const { return {}; }

    /// The present state [batch, channels, height, width], row by row, as exactly as it is computed (float64
    /// where that was asked for; see RunLimits::precision); empty before the first step.
    virtual std::vector<double> state() const { return {}; }

    /// Records where the network looks for each word (Frame::attention) in the steps from now on, at one more
    /// evaluation a step, or stops doing so. Runs of models without text have nothing to record.
    virtual void recordAttention(bool) {}

    /// Does one step and returns its frame; after the last step returns the result's frame, then null.
    /// The token is checked before every network evaluation: throws Cancelled when it is set.
    /// Throws Error for everything that goes wrong.
    virtual record::FramePtr advance(const std::stop_token& stop) = 0;
};

/// Makes runs; owned and called by one thread. The seam at which tests put a fake.
class RunFactory
{
public:
    virtual ~RunFactory() = default;
    /// Checks the whole recipe before any network evaluation; throws Error(invalidOption) naming what is
    /// wrong.
    virtual std::unique_ptr<Run> start(const recipe::Recipe& recipe) = 0;
    /// The same for the images firstImage … firstImage + batch − 1 of a larger batch: their noise and their
    /// classes are those that they have there (see Run::hasIndependentImages()).
    virtual std::unique_ptr<Run> startPart(const recipe::Recipe& recipe, int firstImage) = 0;
    /// The same from a frame of another run. Throws Error(invalidOption) as well where the recipe cannot go
    /// on from there.
    virtual std::unique_ptr<Run> startFrom(const recipe::Recipe& recipe, const RunStart& start) = 0;
    /// Asks the recipe's model outside a run. Throws as start(), and Error(invalidOption) where a factory has
    /// runs alone.
    virtual std::unique_ptr<Evaluator> open(const recipe::Recipe&)
    {
        throw Error(ErrorCode::invalidOption, "These runs have no model that could be asked.");
    }
};

}  // namespace diffuscope::run
