// SPDX-License-Identifier: GPL-3.0-or-later
// The one thread that owns the network: takes the newest request, advances its run, and leaves what happened
// in a tray.
#pragma once

#include "core/run/run.h"
#include "ui/engine/errand.h"
#include "ui/engine/mailbox.h"
#include "ui/engine/run_control.h"
#include "ui/engine/run_update.h"

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace diffuscope::ui {

/// Makes the factory whose runs a worker advances.
using MakeFactory = std::function<std::unique_ptr<run::RunFactory>()>;

/// A request: all that the worker needs to know, captured when it is made.
struct Job
{
    RunId run = 0;
    recipe::RunPlan plan;
    /// The image that is to come first; −1 for none.
    int lookedAt = -1;
    /// How long it is let go on while a newer request waits.
    std::chrono::milliseconds patience{};
    /// Runs that hold the beginning of this one, or of those that it leaves.
    std::vector<RunUpdate> ancestors{};
    std::shared_ptr<const MakeFactory> makeFactory;
    std::shared_ptr<RunControl> control;
    /// In place of a run.
    Errand errand{};
};

/// What happened to a run since the GUI last looked.
struct Progress
{
    RunId run = 0;
    std::vector<record::FramePtr> newFrames{};
    std::vector<record::FramePtr> newFirstLookFrames{};  ///< of Job::lookedAt
    int plannedFrames = 0;
    int keyInterval = 1;
    std::shared_ptr<const schedule::NoiseSchedule> schedule{};
    std::shared_ptr<const schedule::TimeGrid> grid{};
    std::shared_ptr<const std::vector<samplers::StepTerms>> terms{};
    RunState state = RunState::running;
    double stepsPerSecond = 0;
    int evaluations = 0;
    int reusedEvaluations = 0;
    QString remark{};
    std::optional<Failure> failure{};  ///< where state is failed
};

/// Where progress waits to be looked at. Frames add up; everything else is the newest.
class ProgressTray
{
public:
    /// Adds to the progress of the same run, or replaces that of an older one.
    /// True if nobody has been told yet that something waits.
    bool add(Progress progress);
    /// Takes what waits, if anything.
    std::optional<Progress> take();

private:
    std::mutex m_mutex;
    std::optional<Progress> m_progress;
};

class SamplingWorker
{
public:
    /// Starts the thread. `makeFactory`, and later that of another job, is called on it, and the factory
    /// lives and dies on it. `progressWaits` is called on it when the tray was empty and no longer is.
    SamplingWorker(std::shared_ptr<const MakeFactory> makeFactory, std::function<void()> progressWaits);
    /// Joins; takes as long as what is being done for the current job, so stop that first.
    ~SamplingWorker() = default;

    /// The newest job wins: one that has not begun is forgotten.
    void submit(Job job) { m_mailbox.put(std::move(job)); }
    std::optional<Progress> takeProgress() { return m_tray.take(); }

private:
    void loop(const std::stop_token& stop);
    void perform(const Job& job);
    /// Throws Cancelled when the run is to end early.
    void advanceToEnd(const Job& job, Progress& progress);
    /// Samples the image that is looked at, to its end. Throws as advanceToEnd().
    void lookFirst(const Job& job, Progress& progress);
    std::unique_ptr<run::Run> startRun(const Job& job);
    /// Makes the factory if there is none yet, or it is another's; throws what making it throws.
    void requireFactory(const std::shared_ptr<const MakeFactory>& makeFactory);
    void report(Progress progress);

    std::shared_ptr<const MakeFactory> m_makeFactory;  ///< that made, or makes, m_factory
    std::function<void()> m_progressWaits;
    std::unique_ptr<run::RunFactory> m_factory;
    Mailbox<Job> m_mailbox;
    ProgressTray m_tray;
    std::jthread m_thread;  // last, so that it is joined before what it uses goes
};

}  // namespace diffuscope::ui
