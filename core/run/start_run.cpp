// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/start_run.h"

#include "core/base/error.h"
#include "core/run/origin.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace diffuscope::run {

namespace {

using run::Origin;
using run::Run;

std::unique_ptr<Run> startPlan(run::RunFactory& factory, const recipe::RunPlan& plan, const PlanStart& start,
                               std::optional<int> exactFrame);

/// The seed of each of the steps before the branch.
std::vector<std::uint64_t> seedsBefore(const recipe::BranchPoint& from)
{
    std::vector<std::uint64_t> seeds;
    for (const recipe::PlanPart& part : recipe::partsOf(from.run)) {
        seeds.resize(std::size_t(std::min(part.firstStep, from.frame)));
        seeds.resize(std::size_t(from.frame), part.recipe.seed);
    }
    return seeds;
}

std::shared_ptr<const Origin> originIn(const KnownRun& run, const recipe::BranchPoint& from)
{
    const std::vector<record::FramePtr>& frames = run.trajectory->frames;
    auto origin = std::make_shared<Origin>();
    origin->frames.assign(frames.begin(), frames.begin() + from.frame + 1);
    origin->schedule = run.schedule;
    origin->seeds = seedsBefore(from);
    origin->terms = run.terms;
    return origin;
}

/// The beginning of the run that is left, sampled again.
KnownRun sampledAgain(run::RunFactory& factory, const recipe::BranchPoint& from, const PlanStart& start)
{
    const std::unique_ptr<Run> run = startPlan(factory, from.run, start, from.frame);
    auto trajectory = std::make_shared<record::Trajectory>();
    trajectory->frames = run->framesBefore();
    while (trajectory->size() <= from.frame) {
        record::FramePtr frame = run->advance(start.stop);
        if (!frame)
            throw Error(ErrorCode::invalidOption,
                        "The branch begins at frame " + std::to_string(from.frame) +
                            ", but the run that it leaves ends at frame " +
                            std::to_string(trajectory->size() - 1) + ".",
                        "Branch at an earlier frame.");
        if (start.onFrame)
            start.onFrame(*frame);
        trajectory->frames.push_back(std::move(frame));
    }
    return {.plan = from.run,
            .trajectory = trajectory,
            .schedule = std::make_shared<const schedule::NoiseSchedule>(run->schedule()),
            .terms = std::make_shared<const std::vector<samplers::StepTerms>>(run->terms())};
}

std::shared_ptr<const Origin> originOf(run::RunFactory& factory, const recipe::BranchPoint& from,
                                       const PlanStart& start)
{
    for (const KnownRun& known : start.known) {
        const bool holds = (known.plan.from && *known.plan.from == from) || known.plan == from.run;
        if (holds && run::canContinueExactly(known.trajectory->frames, from.frame))
            return originIn(known, from);
    }
    return originIn(sampledAgain(factory, from, start), from);
}

std::unique_ptr<Run> startPlan(run::RunFactory& factory, const recipe::RunPlan& plan, const PlanStart& start,
                               std::optional<int> exactFrame)
{
    if (!plan.from && !exactFrame)
        return factory.start(plan.recipe);
    return factory.startFrom(
        plan.recipe,
        {.origin = plan.from ? originOf(factory, *plan.from, start) : nullptr, .exactFrame = exactFrame});
}

}  // namespace

std::unique_ptr<Run> startRun(run::RunFactory& factory, const recipe::RunPlan& plan, const PlanStart& start)
{
    return startPlan(factory, plan, start, {});
}

}  // namespace diffuscope::run
