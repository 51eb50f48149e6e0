#include "ui/engine/sampling_worker.h"

#include "ui/engine/failure.h"

#include <chrono>

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
    const std::unique_ptr<sample::Run> run = m_factory->start(job.recipe);
    progress.schedule = std::make_shared<const schedule::NoiseSchedule>(run->schedule());
    progress.grid = std::make_shared<const schedule::TimeGrid>(run->grid());
    progress.plannedFrames = run->grid().steps() + 1;
    progress.keyInterval = run->keyInterval();
    StepRate rate;
    int frames = 0;
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
        if (frames > 0 || run->reusedEvaluations() == 0)
            rate.add(*frame, Clock::now() - began);
        ++frames;
        progress.newFrames = {frame};
        progress.stepsPerSecond = rate.stepsPerSecond();
        progress.evaluations = frame->totalEvaluations;
        progress.reusedEvaluations = run->reusedEvaluations();
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
