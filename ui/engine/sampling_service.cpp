// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/engine/sampling_service.h"

#include "ui/engine/sampling_worker.h"

#include <algorithm>
#include <utility>

namespace diffuscope::ui {

namespace {

/// Milliseconds left of `intervalMs` since `clock` started; 0 if it never did.
int remainingMs(const QElapsedTimer& clock, int intervalMs)
{
    return clock.isValid() ? int(std::clamp<qint64>(intervalMs - clock.elapsed(), 0, intervalMs)) : 0;
}

void registerTypes()
{
    qRegisterMetaType<RunId>("diffuscope::ui::RunId");
    qRegisterMetaType<recipe::Recipe>();
    qRegisterMetaType<recipe::RunPlan>();
    qRegisterMetaType<Failure>();
    qRegisterMetaType<RunUpdate>();
}

}  // namespace

SamplingService::SamplingService(MakeFactory makeFactory, QObject* parent)
    : QObject(parent), m_makeFactory(std::make_shared<const MakeFactory>(std::move(makeFactory)))
{
    registerTypes();
    m_coalescing.setSingleShot(true);
    m_coalescing.setTimerType(Qt::PreciseTimer);
    connect(&m_coalescing, &QTimer::timeout, this, &SamplingService::dispatchPending);
    m_nextDelivery.setSingleShot(true);
    m_nextDelivery.setTimerType(Qt::PreciseTimer);
    connect(&m_nextDelivery, &QTimer::timeout, this, &SamplingService::deliver);
    connect(this, &SamplingService::progressWaits, this, &SamplingService::deliver, Qt::QueuedConnection);
    m_worker =
        std::make_unique<SamplingWorker>(m_makeFactory, [this] { Q_EMIT progressWaits(QPrivateSignal()); });
}

SamplingService::~SamplingService()
{
    m_control->requestStop();
    m_errand->requestStop();
    m_worker.reset();
}

void SamplingService::request(const recipe::RunPlan& plan)
{
    m_pending = plan;
    if (!m_coalescing.isActive())
        m_coalescing.start(remainingMs(m_sinceStart, coalescingMs));
}

void SamplingService::cancel()
{
    m_coalescing.stop();
    m_pending.reset();
    m_yieldAsked = false;
    if (!isRunning())
        return;
    m_stopAsked = true;
    m_control->requestStop();
    setPaused(false);
}

void SamplingService::pause()
{
    if (isRunning() && !m_stopAsked)
        setPaused(true);
}

void SamplingService::resume()
{
    setPaused(false);
}

void SamplingService::singleStep()
{
    if (m_paused)
        m_control->allowOneStep();
}

void SamplingService::dispatchPending()
{
    if (!m_pending)
        return;
    if (isAnsweredByNewest(*m_pending)) {
        m_pending.reset();
        return;
    }
    if (const RunUpdate* known = m_cache.find(*m_pending)) {
        showKnown(*known);
        return;
    }
    if (isRunning() && !m_stopAsked && !m_paused && !hasShownEnough()) {
        m_yieldAsked = true;
        m_control->requestYield();
        return;  // deliver() starts it
    }
    start(*m_pending);
}

/// Enough of the newest run that it may be stopped for the next.
bool SamplingService::hasShownEnough() const
{
    if (!m_update.trajectory->frames.empty())
        return true;
    if (!m_update.hasFirstLook())
        return false;
    const bool isOverdue = m_sinceStart.hasExpired(m_firstLookPatience.count());
    return isOverdue || m_update.firstLook.trajectory->isComplete();
}

bool SamplingService::isAnsweredByNewest(const recipe::RunPlan& plan) const
{
    const bool goesOn = isRunning() && !m_stopAsked && !m_yieldAsked;
    const bool isUseful = goesOn || m_update.state == RunState::finished;
    return isUseful && !m_mayRepeat && plan == m_update.plan();
}

void SamplingService::setFactory(MakeFactory makeFactory)
{
    m_makeFactory = std::make_shared<const MakeFactory>(std::move(makeFactory));
    forgetFinishedRuns();
}

void SamplingService::forgetFinishedRuns()
{
    m_cache.clear();
    m_mayRepeat = true;
}

std::optional<RunUpdate> SamplingService::known(const recipe::RunPlan& plan)
{
    if (m_update.state == RunState::finished && !m_mayRepeat && plan == m_update.plan())
        return m_update;
    const RunUpdate* found = m_cache.find(plan);
    return found ? std::optional(*found) : std::nullopt;
}

/// The runs in memory that hold the beginning of this one, or of those that it leaves.
std::vector<RunUpdate> SamplingService::knownAncestors(const recipe::RunPlan& plan)
{
    std::vector<RunUpdate> found;
    for (auto from = plan.from; from; from = from->run.from) {
        const auto holds = [&from](const RunUpdate& run) {
            const bool isThere = run.trajectory->size() > from->frame;
            return isThere && (recipe::samePlace(run.from, from) || run.plan() == from->run);
        };
        if (!m_mayRepeat && holds(m_update))
            found.push_back(m_update);
        else if (const RunUpdate* known = m_cache.findWhere(holds))
            found.push_back(*known);
    }
    return found;
}

void SamplingService::start(recipe::RunPlan plan)
{
    std::vector<RunUpdate> ancestors = knownAncestors(plan);
    beginRun(plan);
    m_worker->submit({.run = m_update.run,
                      .plan = std::move(plan),
                      .lookedAt = m_update.firstLook.image,
                      .patience = m_firstLookPatience,
                      .ancestors = std::move(ancestors),
                      .makeFactory = m_makeFactory,
                      .control = m_control});
    Q_EMIT runStarted(m_update.run, *m_update.recipe);
}

bool SamplingService::whileIdle(Errand errand)
{
    if (isRunning() || m_pending)
        return false;
    m_errand->requestStop();
    m_errand = std::make_shared<RunControl>();
    Job job;
    job.makeFactory = m_makeFactory;
    job.control = m_errand;
    job.errand = std::move(errand);
    m_worker->submit(std::move(job));
    return true;
}

void SamplingService::showKnown(RunUpdate known)
{
    beginRun(known.plan());
    known.run = m_update.run;
    known.isFromMemory = true;
    m_update = known;
    Q_EMIT runStarted(known.run, *known.recipe);
    Q_EMIT runAdvanced(known);
    Q_EMIT runFinished(known);
}

void SamplingService::beginRun(const recipe::RunPlan& plan)
{
    m_control->requestStop();
    m_errand->requestStop();
    m_control = std::make_shared<RunControl>();
    m_coalescing.stop();
    m_pending.reset();
    m_stopAsked = false;
    m_yieldAsked = false;
    m_mayRepeat = false;
    m_sinceStart.start();
    // The first frame is to be shown at once, however lately an older run's were.
    m_worker->takeProgress();
    m_nextDelivery.stop();
    m_sinceDelivery.invalidate();
    m_update = RunUpdate{.run = m_update.run + 1,
                         .recipe = std::make_shared<const recipe::Recipe>(plan.recipe),
                         .from = plan.from,
                         .state = RunState::running,
                         .firstLook = {.image = m_lookedAt}};
    setPaused(false);
}

void SamplingService::deliver()
{
    if (const int wait = remainingMs(m_sinceDelivery, 1000 / updatesPerSecond); wait > 0) {
        m_nextDelivery.start(wait);
        return;  // What waits is still in the tray, so nobody wakes us meanwhile.
    }
    std::optional<Progress> progress = m_worker->takeProgress();
    if (!progress || progress->run != m_update.run)
        return;
    m_sinceDelivery.start();
    const bool isNews = !progress->newFrames.empty() || !progress->newFirstLookFrames.empty() ||
                        progress->terms != m_update.terms;
    absorb(*progress);
    if (m_yieldAsked)
        m_update.state = RunState::running;  // Its end means only that the next one starts.
    const RunUpdate update = m_update;
    if (isNews)
        Q_EMIT runAdvanced(update);
    if (m_yieldAsked) {
        if (hasShownEnough() || progress->state != RunState::running)
            start(*m_pending);
        return;
    }
    m_update.state = progress->state;
    signalOutcome(m_update, progress->failure);
}

void SamplingService::absorb(const Progress& progress)
{
    if (!progress.newFrames.empty() || progress.plannedFrames != m_update.trajectory->plannedFrames) {
        auto trajectory = std::make_shared<record::Trajectory>(*m_update.trajectory);
        trajectory->frames.insert(trajectory->frames.end(), progress.newFrames.begin(),
                                  progress.newFrames.end());
        trajectory->plannedFrames = progress.plannedFrames;
        trajectory->keyInterval = progress.keyInterval;
        m_update.trajectory = std::move(trajectory);
    }
    absorbFirstLook(progress);
    m_update.schedule = progress.schedule;
    m_update.grid = progress.grid;
    m_update.terms = progress.terms;
    m_update.stepsPerSecond = progress.stepsPerSecond;
    m_update.evaluations = progress.evaluations;
    m_update.reusedEvaluations = progress.reusedEvaluations;
    m_update.remark = progress.remark;
    m_update.state = progress.state;
}

void SamplingService::absorbFirstLook(const Progress& progress)
{
    FirstLook& look = m_update.firstLook;
    if (!progress.newFirstLookFrames.empty()) {
        auto trajectory = look.trajectory ? std::make_shared<record::Trajectory>(*look.trajectory)
                                          : std::make_shared<record::Trajectory>();
        trajectory->frames.insert(trajectory->frames.end(), progress.newFirstLookFrames.begin(),
                                  progress.newFirstLookFrames.end());
        trajectory->plannedFrames = progress.plannedFrames;
        look.trajectory = std::move(trajectory);
    }
    if (look.trajectory && m_update.trajectory->size() >= look.trajectory->size())
        look.trajectory.reset();
}

void SamplingService::signalOutcome(RunUpdate update, const std::optional<Failure>& failure)
{
    if (update.isRunning())
        return;
    setPaused(false);
    if (update.state == RunState::finished) {
        if (!m_mayRepeat)
            m_cache.insert(update);
        Q_EMIT runFinished(update);
    } else if (update.state == RunState::cancelled) {
        Q_EMIT runCancelled(update);
    } else {
        Q_EMIT runFailed(update, failure.value_or(Failure{}));
    }
}

void SamplingService::setPaused(bool paused)
{
    if (paused)
        m_control->pause();
    else
        m_control->resume();
    if (std::exchange(m_paused, paused) != paused)
        Q_EMIT pausedChanged(paused);
}

}  // namespace diffuscope::ui
