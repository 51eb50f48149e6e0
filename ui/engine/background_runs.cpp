// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/engine/background_runs.h"

#include <algorithm>
#include <utility>

namespace diffuscope::ui {

BackgroundRuns::BackgroundRuns(SamplingService& service, QObject* parent)
    : QObject(parent), m_service(service)
{
    connect(&service, &SamplingService::runStarted, this, &BackgroundRuns::yieldOrGoOn);
    // After the service's own state says so.
    const auto later = [this] {
        QMetaObject::invokeMethod(this, &BackgroundRuns::next, Qt::QueuedConnection);
    };
    connect(&service, &SamplingService::runFinished, this, later);
    connect(&service, &SamplingService::runCancelled, this, later);
    connect(&service, &SamplingService::runFailed, this, later);
}

BackgroundRuns::~BackgroundRuns() = default;

std::deque<BackgroundRuns::Waiting>::iterator BackgroundRuns::find(const recipe::RunPlan& plan)
{
    return std::ranges::find(m_queue, plan, &Waiting::plan);
}

bool BackgroundRuns::isGoing(const recipe::RunPlan& plan) const
{
    return m_isGoing && !m_queue.empty() && m_queue.front().plan == plan;
}

void BackgroundRuns::add(const recipe::RunPlan& plan)
{
    if (const auto found = find(plan); found != m_queue.end()) {
        ++found->wanted;
        return;
    }
    m_queue.push_back({plan});
    goOn();
}

void BackgroundRuns::addFirst(const recipe::RunPlan& plan)
{
    Waiting first{plan};
    if (const auto found = find(plan); found != m_queue.end()) {
        first.wanted += found->wanted;
        if (isGoing(plan)) {
            *found = first;
            return;
        }
        m_queue.erase(found);
    }
    m_queue.insert(m_queue.begin() + (m_isGoing ? 1 : 0), first);
    goOn();
}

void BackgroundRuns::remove(const recipe::RunPlan& plan)
{
    const auto found = find(plan);
    if (found == m_queue.end() || --found->wanted > 0)
        return;
    if (isGoing(plan)) {
        if (m_own)
            m_own->cancel();
        dropGoing();
    } else {
        m_queue.erase(found);
    }
    goOn();
}

void BackgroundRuns::clear()
{
    m_queue.clear();
    m_isGoing = false;
    if (m_own)
        m_own->cancel();
    Q_EMIT cleared();
    Q_EMIT waitingChanged(0);
}

void BackgroundRuns::makeService()
{
    if (m_own && m_makeFactory == m_service.makeFactory())
        return;
    m_makeFactory = m_service.makeFactory();
    if (m_own) {
        m_own->setFactory(*m_makeFactory);
        return;
    }
    m_own = std::make_unique<SamplingService>(*m_makeFactory);
    connect(m_own.get(), &SamplingService::runStarted, this, &BackgroundRuns::yieldOrGoOn);
    connect(m_own.get(), &SamplingService::runAdvanced, this, &BackgroundRuns::runAdvanced);
    connect(m_own.get(), &SamplingService::runFinished, this, &BackgroundRuns::finish);
    connect(m_own.get(), &SamplingService::runFailed, this,
            [this](const RunUpdate& update, const Failure& failure) {
                if (!isGoing(update.plan()))
                    return;
                dropGoing();
                Q_EMIT runFailed(update.plan(), failure);
                goOn();
            });
}

/// Goes on with the run that is going, or begins the next.
void BackgroundRuns::next()
{
    yieldOrGoOn();
    if (m_isGoing || m_queue.empty() || m_service.isRunning())
        return;
    const recipe::RunPlan plan = m_queue.front().plan;
    m_isGoing = true;
    if (const auto known = m_service.known(plan)) {
        finish(*known);
        return;
    }
    makeService();
    for (auto from = plan.from; from; from = from->run.from)
        if (const auto known = m_service.known(from->run))
            m_own->remember(*known);
    m_own->request(plan);
}

void BackgroundRuns::yieldOrGoOn()
{
    if (!m_own || !m_isGoing)
        return;
    if (m_service.isRunning() && !m_service.isPaused())
        m_own->pause();
    else
        m_own->resume();
}

void BackgroundRuns::finish(const RunUpdate& update)
{
    if (!isGoing(update.plan()))
        return;
    m_service.remember(update);
    dropGoing();
    Q_EMIT runFinished(update);
    goOn();
}

/// Before anybody is told: whoever hears of it may add and remove.
void BackgroundRuns::dropGoing()
{
    m_isGoing = false;
    m_queue.pop_front();
}

void BackgroundRuns::goOn()
{
    Q_EMIT waitingChanged(waiting());
    QMetaObject::invokeMethod(this, &BackgroundRuns::next, Qt::QueuedConnection);
}

}  // namespace diffuscope::ui
