// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/autosave.h"

#include "core/session/autosaved_session.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <utility>

namespace diffuscope::ui {

namespace {

constexpr int mostWindows = 100;

QString sessionPath(const QDir& folder, int window)
{
    return folder.filePath(QStringLiteral("session-%1.diffuscope").arg(window));
}

/// Null where another window holds it.
std::unique_ptr<QLockFile> heldLock(const QDir& folder, int window)
{
    auto lock = std::make_unique<QLockFile>(folder.filePath(QStringLiteral("session-%1.lock").arg(window)));
    lock->setStaleLockTime(0);  // a process that is gone holds nothing, one that lives always does
    return lock->tryLock(0) ? std::move(lock) : nullptr;
}

}  // namespace

Autosave::Autosave(const QString& folder, QObject* parent)
    : QObject(parent), m_edits([](const std::string&) { return std::string(); })
{
    for (QTimer* timer : {&m_treeTimer, &m_wholeTimer}) {
        timer->setSingleShot(true);
        timer->setInterval(delayMs);
    }
    connect(&m_treeTimer, &QTimer::timeout, this, &Autosave::treeIsDue);
    connect(&m_wholeTimer, &QTimer::timeout, this, &Autosave::wholeIsDue);
    lock(folder);
}

/// The first file that no other window holds.
void Autosave::lock(const QString& folder)
{
    if (folder.isEmpty())
        return;
    m_isRefused = true;
    if (!QDir().mkpath(folder))
        return;
    const QDir there(folder);
    for (int i = 1; i <= mostWindows && !isOn(); ++i) {
        m_lock = heldLock(there, i);
        if (m_lock)
            m_path = sessionPath(there, i);
    }
    m_isRefused = !isOn();
}

std::vector<Autosave::LeftSession> Autosave::leftSessions() const
{
    std::vector<LeftSession> left;
    if (!isOn())
        return left;
    const QDir there = QFileInfo(m_path).dir();
    for (int i = 1; i <= mostWindows; ++i) {
        const QString path = sessionPath(there, i);
        if (path == m_path || !session::hasAutosavedSession(path.toStdString()))
            continue;
        if (auto lock = heldLock(there, i))
            left.push_back({path, std::move(lock)});
    }
    return left;
}

void Autosave::schedule()
{
    // Not start() each time: under a steady stream of edits nothing would ever be written.
    for (QTimer* timer : {&m_treeTimer, &m_wholeTimer})
        if (isOn() && !timer->isActive())
            timer->start();
}

bool Autosave::takeScheduled()
{
    const bool wasScheduled = m_wholeTimer.isActive();
    m_wholeTimer.stop();
    return wasScheduled;
}

void Autosave::noteWritten(int ms)
{
    m_wholeTimer.setInterval(std::clamp(4 * ms, delayMs, longestDelayMs));
}

void Autosave::retryLater()
{
    m_wholeTimer.start(longestDelayMs);
}

void Autosave::writeTree(session::SessionFile tree)
{
    SaveJob job;
    job.path = QString::fromStdString(session::editsPathOf(m_path.toStdString()));
    job.isAutosave = true;
    job.file = std::move(tree);
    m_edits.save(std::move(job));
}

}  // namespace diffuscope::ui
