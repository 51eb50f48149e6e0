// SPDX-License-Identifier: GPL-3.0-or-later
// The whole thread boundary: recipes go in, facts about their runs come out. The GUI's thread never waits
// here, except in the destructor, for at most one network evaluation.
#pragma once

#include "core/run/run.h"
#include "ui/engine/errand.h"
#include "ui/engine/run_control.h"
#include "ui/engine/run_update.h"
#include "ui/engine/trajectory_cache.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace diffuscope::ui {

struct Progress;
class SamplingWorker;

/// Samples the newest recipe on a thread of its own.
///
/// A request waits 0–30 ms for the next one, then stops the run that is going and starts its own: only the
/// newest run's facts are signalled. Under a steady stream of edits (a slider that is dragged) a run that has
/// shown nothing yet is let go on to its first frame, or to the end of a first look that does not take long,
/// so that each drag changes pixels. A recipe that was sampled lately is shown from memory at once.
///
/// For each run: runStarted, runAdvanced as frames arrive (at most 60 times a second, the first frame at
/// once), then one of runFinished, runCancelled, runFailed; or nothing more, if a newer run starts.
class SamplingService : public QObject
{
    Q_OBJECT

public:
    using MakeFactory = std::function<std::unique_ptr<run::RunFactory>()>;

    static constexpr int coalescingMs = 30;
    static constexpr int updatesPerSecond = 60;
    static constexpr std::chrono::milliseconds usualFirstLookPatience{100};

    /// `makeFactory` is called on the worker's thread, at once, where the factory also lives and dies. If it
    /// throws, so does every run until it succeeds.
    explicit SamplingService(MakeFactory makeFactory, QObject* parent = nullptr);
    /// Stops and joins; takes at most one network evaluation.
    ~SamplingService() override;

    /// Samples this recipe, and stops whatever is going; nothing if it is the one that is going
    /// or was sampled last.
    void request(const recipe::RunPlan& plan);
    void request(const recipe::Recipe& recipe) { request(recipe::RunPlan{recipe, {}}); }
    /// Stops the run that is going before its next network evaluation, and forgets a request that waits.
    void cancel();

    /// A paused run does no further step; a request or a cancel ends the pause.
    void pause();
    void resume();
    /// While paused: one step.
    void singleStep();
    bool isPaused() const { return m_paused; }

    /// Of runs that start from now on this image of the batch comes first, to its end, where that is of use;
    /// −1 for none.
    void setLookedAt(int image) { m_lookedAt = image; }
    /// How long a first look is let go on while a newer recipe waits.
    void setFirstLookPatience(std::chrono::milliseconds patience) { m_firstLookPatience = patience; }

    /// Does an errand on the worker's thread, in place of one before. False, without doing it, while a run is
    /// going or waits; a run that starts ends it.
    bool whileIdle(Errand errand);

    /// A run is going.
    bool isRunning() const { return m_update.isRunning(); }
    /// A request has come that is neither started nor answered yet.
    bool isRequestWaiting() const { return m_pending.has_value(); }
    /// The newest run, as far as its frames have arrived.
    const RunUpdate& newest() const { return m_update; }
    /// The finished run of this plan, if it is in memory.
    std::optional<RunUpdate> known(const recipe::RunPlan& plan);
    /// Keeps a finished run in memory that was sampled elsewhere.
    void remember(const RunUpdate& finished) { m_cache.insert(finished); }

    /// Runs that start from now on come from another factory, e.g. of another device; what was sampled is
    /// forgotten. The run that is going goes on.
    void setFactory(MakeFactory makeFactory);
    const std::shared_ptr<const MakeFactory>& makeFactory() const { return m_makeFactory; }
    /// Forgets what was sampled, e.g. after a model's file changed.
    void forgetFinishedRuns();

Q_SIGNALS:
    void runStarted(diffuscope::ui::RunId run, const diffuscope::recipe::Recipe& recipe);
    void runAdvanced(const diffuscope::ui::RunUpdate& update);
    void runFinished(const diffuscope::ui::RunUpdate& update);
    void runCancelled(const diffuscope::ui::RunUpdate& update);
    void runFailed(const diffuscope::ui::RunUpdate& update, const diffuscope::ui::Failure& failure);
    void pausedChanged(bool paused);
    /// From the worker's thread: something waits to be looked at.
    void progressWaits(QPrivateSignal);

private:
    void dispatchPending();
    bool isAnsweredByNewest(const recipe::RunPlan& plan) const;
    void start(recipe::RunPlan plan);
    std::vector<RunUpdate> knownAncestors(const recipe::RunPlan& plan);
    void showKnown(RunUpdate known);
    /// Leaves the newest run behind: whatever still comes of it bears an old id.
    void beginRun(const recipe::RunPlan& plan);
    void deliver();
    void absorb(const Progress& progress);
    void absorbFirstLook(const Progress& progress);
    bool hasShownEnough() const;
    void signalOutcome(RunUpdate update, const std::optional<Failure>& failure);
    void setPaused(bool paused);

    RunUpdate m_update;  ///< of the newest run
    std::shared_ptr<RunControl> m_control = std::make_shared<RunControl>();
    std::shared_ptr<RunControl> m_errand = std::make_shared<RunControl>();
    bool m_stopAsked = false;
    bool m_yieldAsked = false;
    bool m_mayRepeat = false;  ///< a request of the newest run's recipe samples it again
    bool m_paused = false;
    int m_lookedAt = -1;  ///< by runs that start
    std::chrono::milliseconds m_firstLookPatience = usualFirstLookPatience;

    std::optional<recipe::RunPlan> m_pending;
    QTimer m_coalescing;
    QElapsedTimer m_sinceStart;

    QTimer m_nextDelivery;
    QElapsedTimer m_sinceDelivery;

    TrajectoryCache m_cache;
    std::shared_ptr<const MakeFactory> m_makeFactory;
    std::unique_ptr<SamplingWorker> m_worker;
};

}  // namespace diffuscope::ui
