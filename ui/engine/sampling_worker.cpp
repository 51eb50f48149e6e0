// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/engine/sampling_worker.h"

#include "core/run/start_run.h"
#include "ui/engine/failure.h"

#include <chrono>
#include <utility>

namespace diffuscope::ui {

namespace {

using Clock = std::chrono::steady_clock;

/// Counts steps and the time spent in them.
class StepRate
{
public:
    void add(const record::Frame& frame, Clock::duration elapsed)
    {
        m_seconds += std::chrono::duration<double>(elapsed).count();
        if (!frame.isResult())
            ++m_steps;
    }
    double stepsPerSecond() const { return m_seconds > 0 ? m_steps / m_seconds : 0; }

private:
    int m_steps = 0;
    double m_seconds = 0;
};

void putBefore(std::vector<record::FramePtr>& frames, std::vector<record::FramePtr> earlier)
{
    earlier.insert(earlier.end(), frames.begin(), frames.end());
    frames = std::move(earlier);
}

/// Of a small batch the whole comes as soon as one.
constexpr int leastBatchForFirstLook = 4;

bool wantsFirstLook(const Job& job, const run::Run& run)
{
    const int batch = job.plan.recipe.batch;
    return job.lookedAt >= 0 && job.lookedAt < batch && batch >= leastBatchForFirstLook && !job.plan.from &&
           run.hasIndependentImages();
}

}  // namespace

bool ProgressTray::add(Progress progress)
{
    const std::lock_guard lock(m_mutex);
    const bool wasEmpty = !m_progress.has_value();
    if (!wasEmpty && m_progress->run == progress.run) {
        putBefore(progress.newFrames, std::move(m_progress->newFrames));
        putBefore(progress.newFirstLookFrames, std::move(m_progress->newFirstLookFrames));
    }
    m_progress = std::move(progress);
    return wasEmpty;
}

std::optional<Progress> ProgressTray::take()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_progress, std::nullopt);
}

SamplingWorker::SamplingWorker(std::shared_ptr<const MakeFactory> makeFactory,
                               std::function<void()> progressWaits)
    : m_makeFactory(std::move(makeFactory)),
      m_progressWaits(std::move(progressWaits)),
      m_thread([this](const std::stop_token& stop) { loop(stop); })
{
}

void SamplingWorker::loop(const std::stop_token& stop)
{
    try {
        requireFactory(m_makeFactory);  // ahead of the first job, which then starts sooner
    } catch (...) {
        // The first job tries again, and reports it.
    }
    while (const std::optional<Job> job = m_mailbox.take(stop))
        perform(*job);
    m_factory.reset();
}

void SamplingWorker::perform(const Job& job)
{
    if (job.errand.work) {
        const auto factory = [&]() -> run::RunFactory& {
            requireFactory(job.makeFactory);
            return *m_factory;
        };
        return job.errand.work(factory, job.control->token());
    }
    Progress progress{.run = job.run};
    try {
        advanceToEnd(job, progress);
        progress.state = RunState::finished;
    } catch (const Cancelled&) {
        progress.state = RunState::cancelled;
    } catch (...) {
        progress.state = RunState::failed;
        progress.failure = failureOf(std::current_exception());
    }
    progress.newFrames.clear();
    progress.newFirstLookFrames.clear();
    report(std::move(progress));
}

void SamplingWorker::advanceToEnd(const Job& job, Progress& progress)
{
    if (job.control->token().stop_requested())
        throw Cancelled();
    requireFactory(job.makeFactory);
    const std::unique_ptr<run::Run> run = startRun(job);
    std::vector<record::FramePtr> framesBefore = run->framesBefore();
    progress.remark = QString::fromStdString(run->remark());
    progress.schedule = std::make_shared<const schedule::NoiseSchedule>(run->schedule());
    progress.grid = std::make_shared<const schedule::TimeGrid>(run->grid());
    progress.plannedFrames = run->grid().steps() + 1;
    progress.keyInterval = run->keyInterval();
    if (wantsFirstLook(job, *run))
        lookFirst(job, progress);
    StepRate rate;
    const int first = int(framesBefore.size());
    const int evaluationsBefore = first > 0 ? framesBefore.back()->totalEvaluations : 0;
    int frames = first;
    while (job.control->waitForTurn()) {
        const Clock::time_point began = Clock::now();
        const record::FramePtr frame = run->advance(job.control->token());
        if (!frame) {
            // A sampler with adaptive steps knows its levels only now.
            progress.grid = std::make_shared<const schedule::TimeGrid>(run->grid());
            progress.plannedFrames = frames;
            return;
        }
        // A step whose evaluation was known says nothing of the speed.
        if (frames > first || run->reusedEvaluations() == 0)
            rate.add(*frame, Clock::now() - began);
        ++frames;
        progress.newFrames = std::exchange(framesBefore, {});
        progress.newFrames.push_back(frame);
        progress.stepsPerSecond = rate.stepsPerSecond();
        progress.evaluations = frame->totalEvaluations;
        progress.reusedEvaluations = evaluationsBefore + run->reusedEvaluations();
        report(progress);
        if (job.control->yieldRequested())
            break;
        if (!progress.terms) {
            // Behind the first frame, which nothing is to delay.
            progress.terms = std::make_shared<const std::vector<samplers::StepTerms>>(run->terms());
            progress.newFrames.clear();
            report(progress);
        }
    }
    throw Cancelled();
}

/// A newer recipe that waits ends it only once it takes long: a picture that is whole says more than its
/// first frame.
void SamplingWorker::lookFirst(const Job& job, Progress& progress)
{
    const Clock::time_point began = Clock::now();
    recipe::Recipe alone = job.plan.recipe;
    alone.batch = 1;
    const std::unique_ptr<run::Run> run = m_factory->startPart(alone, job.lookedAt);
    while (const record::FramePtr frame = run->advance(job.control->token())) {
        progress.newFirstLookFrames = {frame};
        report(progress);
        if (job.control->yieldRequested() && Clock::now() - began > job.patience)
            throw Cancelled();
        if (!progress.terms) {
            progress.terms = std::make_shared<const std::vector<samplers::StepTerms>>(run->terms());
            progress.newFirstLookFrames.clear();
            report(progress);
        }
    }
    progress.newFirstLookFrames.clear();
    if (job.control->yieldRequested())
        throw Cancelled();
}

std::unique_ptr<run::Run> SamplingWorker::startRun(const Job& job)
{
    run::PlanStart start{.stop = job.control->token()};
    for (const RunUpdate& known : job.ancestors)
        start.known.push_back({known.plan(), known.trajectory, known.schedule, known.terms});
    return run::startRun(*m_factory, job.plan, start);
}

void SamplingWorker::requireFactory(const std::shared_ptr<const MakeFactory>& makeFactory)
{
    if (m_makeFactory != makeFactory) {
        m_factory.reset();  // before the next, so that two never take memory
        m_makeFactory = makeFactory;
    }
    if (!m_factory)
        m_factory = (*m_makeFactory)();
}

void SamplingWorker::report(Progress progress)
{
    if (m_tray.add(std::move(progress)))
        m_progressWaits();
}

}  // namespace diffuscope::ui
