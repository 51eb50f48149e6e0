#include "ui/engine/sampling_worker.h"

#include "core/sample/origin.h"
#include "ui/engine/failure.h"

#include <algorithm>
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

}  // namespace

bool ProgressTray::add(Progress progress)
{
    const std::lock_guard lock(m_mutex);
    const bool wasEmpty = !m_progress.has_value();
    if (!wasEmpty && m_progress->run == progress.run) {
        std::vector<record::FramePtr> frames = std::move(m_progress->newFrames);
        frames.insert(frames.end(), progress.newFrames.begin(), progress.newFrames.end());
        progress.newFrames = std::move(frames);
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
        const auto factory = [&]() -> sample::RunFactory& {
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
    report(std::move(progress));
}

void SamplingWorker::advanceToEnd(const Job& job, Progress& progress)
{
    if (job.control->token().stop_requested())
        throw Cancelled();
    requireFactory(job.makeFactory);
    const std::unique_ptr<sample::Run> run = startRun(job, job.plan);
    std::vector<record::FramePtr> framesBefore = run->framesBefore();
    progress.remark = QString::fromStdString(run->remark());
    progress.schedule = std::make_shared<const schedule::NoiseSchedule>(run->schedule());
    progress.grid = std::make_shared<const schedule::TimeGrid>(run->grid());
    progress.plannedFrames = run->grid().steps() + 1;
    progress.keyInterval = run->keyInterval();
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
            progress.terms = std::make_shared<const std::vector<sample::StepTerms>>(run->terms());
            progress.newFrames.clear();
            report(progress);
        }
    }
    throw Cancelled();
}

std::unique_ptr<sample::Run> SamplingWorker::startRun(const Job& job, const session::RunPlan& plan,
                                                      std::optional<int> exactFrame)
{
    if (!plan.from && !exactFrame)
        return m_factory->start(plan.recipe);
    return m_factory->startFrom(plan.recipe, {plan.from ? originOf(job, *plan.from) : nullptr, exactFrame});
}

/// From a run in memory; where none holds it exactly, the beginning of the run that is left is sampled again.
std::shared_ptr<const sample::Origin> SamplingWorker::originOf(const Job& job,
                                                               const session::BranchPoint& from)
{
    auto origin = std::make_shared<sample::Origin>();
    const auto take = [&](std::vector<record::FramePtr> frames,
                          std::shared_ptr<const schedule::NoiseSchedule> schedule,
                          std::shared_ptr<const std::vector<sample::StepTerms>> terms) {
        origin->frames = std::move(frames);
        origin->frames.resize(std::size_t(from.frame) + 1);
        origin->schedule = std::move(schedule);
        origin->terms = std::move(terms);
        for (const session::PlanPart& part : session::partsOf(from.run)) {
            const int before = std::min(part.firstStep, from.frame);
            const std::uint64_t seed = part.recipe.seed;
            origin->seeds.resize(std::size_t(before));
            origin->seeds.resize(std::size_t(from.frame), seed);
        }
        return origin;
    };
    for (const RunUpdate& known : job.ancestors) {
        const bool holds = (known.from && *known.from == from) || known.plan() == from.run;
        if (holds && sample::canContinueExactly(known.trajectory->frames, from.frame))
            return take(known.trajectory->frames, known.schedule, known.terms);
    }
    const std::unique_ptr<sample::Run> run = startRun(job, from.run, from.frame);
    std::vector<record::FramePtr> frames = run->framesBefore();
    while (int(frames.size()) <= from.frame) {
        record::FramePtr frame = run->advance(job.control->token());
        if (!frame)
            throw Error(ErrorCode::invalidOption,
                        "The branch begins at frame " + std::to_string(from.frame) +
                            ", but the run that it leaves ends at frame " +
                            std::to_string(int(frames.size()) - 1) + ".",
                        "Branch at an earlier frame.");
        frames.push_back(std::move(frame));
    }
    return take(std::move(frames), std::make_shared<const schedule::NoiseSchedule>(run->schedule()),
                std::make_shared<const std::vector<sample::StepTerms>>(run->terms()));
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
