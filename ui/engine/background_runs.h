// SPDX-License-Identifier: GPL-3.0-or-later
// Samples a list of runs while nothing else is sampled: for comparing, for checking stored runs, for grids.
#pragma once

#include "ui/engine/sampling_service.h"

#include <QObject>

#include <deque>
#include <memory>
#include <optional>

namespace diffuscope::ui {

/// One run after another, on a thread and a network of its own, which are made when the first is asked for.
/// Whatever the service samples comes first: a run in the background waits between two steps for as long.
/// What is finished is handed to the service's memory.
class BackgroundRuns : public QObject
{
    Q_OBJECT

public:
    /// The service must outlive it.
    explicit BackgroundRuns(SamplingService& service, QObject* parent = nullptr);
    ~BackgroundRuns() override;

    /// Samples this one after those that wait, or before them; once, however often it is added. One that is
    /// in the service's memory is finished as soon as its turn comes.
    void add(const recipe::RunPlan& plan);
    void addFirst(const recipe::RunPlan& plan);
    /// Takes back one add(): the run is forgotten, and stopped where it is going, unless it was added more
    /// often.
    void remove(const recipe::RunPlan& plan);
    /// Forgets those that wait and stops the one that is going.
    void clear();
    /// Those that are not finished, the one that is going among them.
    int waiting() const { return int(m_queue.size()); }

Q_SIGNALS:
    void runAdvanced(const diffuscope::ui::RunUpdate& update);
    void runFinished(const diffuscope::ui::RunUpdate& update);
    void runFailed(const diffuscope::recipe::RunPlan& plan, const diffuscope::ui::Failure& failure);
    /// waiting() is another.
    void waitingChanged(int waiting);
    /// By clear(): what was added and is not finished never will be.
    void cleared();

private:
    struct Waiting
    {
        recipe::RunPlan plan;
        int wanted = 1;  ///< so many add()s
    };

    std::deque<Waiting>::iterator find(const recipe::RunPlan& plan);
    bool isGoing(const recipe::RunPlan& plan) const;
    void next();
    void makeService();
    void finish(const RunUpdate& update);
    void dropGoing();
    void goOn();
    void yieldOrGoOn();

    SamplingService& m_service;
    std::shared_ptr<const SamplingService::MakeFactory> m_makeFactory;  ///< that m_own was given
    std::unique_ptr<SamplingService> m_own;
    std::deque<Waiting> m_queue;  ///< the first is going where m_isGoing
    bool m_isGoing = false;
};

}  // namespace diffuscope::ui
