// SPDX-License-Identifier: GPL-3.0-or-later
// What is known of a run, as immutable values that bear the run's id. No torch in here.
#pragma once

#include "core/base/error.h"
#include "core/recipe/run_plan.h"
#include "core/record/trajectory.h"
#include "core/samplers/step_terms.h"
#include "core/schedule/time_grid.h"

#include <QMetaType>
#include <QString>

#include <cstdint>
#include <memory>

namespace diffuscope::ui {

/// Counts the runs of a SamplingService from 1; 0 is no run.
using RunId = std::uint64_t;

enum class RunState {
    idle,  ///< there was no run yet
    running,
    finished,
    cancelled,
    failed,
};

/// Why a run did not come about, for a person: one sentence, and what to do.
struct Failure
{
    ErrorCode code = ErrorCode::internal;
    QString message;
    QString hint;

    bool operator==(const Failure&) const = default;
};

/// One image of a run, sampled to its end before all of them: the one that a person looks at.
struct FirstLook
{
    int image = -1;  ///< its place in the batch; −1 where none was asked for
    /// Its frames so far, of a batch of one; null where there is no first look.
    std::shared_ptr<const record::Trajectory> trajectory{};
};

/// The state of a run at one moment. Copying it copies pointers; nobody changes what they point to.
struct RunUpdate
{
    RunId run = 0;
    std::shared_ptr<const recipe::Recipe> recipe = std::make_shared<const recipe::Recipe>();
    /// Where it leaves another run; null for one that starts from noise.
    std::shared_ptr<const recipe::BranchPoint> from{};
    /// The frames so far; never null.
    std::shared_ptr<const record::Trajectory> trajectory = std::make_shared<const record::Trajectory>();
    /// The schedule that is sampled on and the levels that are visited; null before the first frame.
    std::shared_ptr<const schedule::NoiseSchedule> schedule{};
    std::shared_ptr<const schedule::TimeGrid> grid{};
    /// What each step is made of (see sample::stepTerms()); null until shortly after the first frame.
    std::shared_ptr<const std::vector<samplers::StepTerms>> terms{};
    RunState state = RunState::idle;
    /// Steps a second, over the time spent in steps (pauses do not count); 0 before the first step.
    double stepsPerSecond = 0;
    /// Network evaluations so far.
    int evaluations = 0;
    /// Of these, those whose answer was known from a run before.
    int reusedEvaluations = 0;

    /// Sampled before with the same plan, and shown again without sampling: its times are of then.
    bool isFromMemory = false;

    /// What a person should know of how a branch began; empty where there is nothing to say.
    QString remark{};

    /// As long as it is ahead of `trajectory`.
    FirstLook firstLook{};

    bool isRunning() const { return state == RunState::running; }
    bool hasFirstLook() const { return firstLook.trajectory != nullptr; }
    recipe::RunPlan plan() const { return {*recipe, from}; }
};

}  // namespace diffuscope::ui

Q_DECLARE_METATYPE(diffuscope::recipe::Recipe)
Q_DECLARE_METATYPE(diffuscope::recipe::RunPlan)
Q_DECLARE_METATYPE(diffuscope::ui::Failure)
Q_DECLARE_METATYPE(diffuscope::ui::RunState)
Q_DECLARE_METATYPE(diffuscope::ui::RunUpdate)
