#include "ui/document/autosave.h"

#include "core/session/autosaved_session.h"

#include <QDir>

#include <algorithm>
#include <utility>

namespace diffuscope::ui {

namespace {

constexpr int mostWindows = 100;

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
    if (folder.isEmpty() || !QDir().mkpath(folder))
        return;
    const QDir there(folder);
    for (int i = 1; i <= mostWindows; ++i) {
        auto lock = std::make_unique<QLockFile>(there.filePath(QStringLiteral("session-%1.lock").arg(i)));
        lock->setStaleLockTime(0);  // a process that is gone holds nothing, one that lives always does
        if (!lock->tryLock(0))
            continue;
        m_lock = std::move(lock);
        m_path = there.filePath(QStringLiteral("session-%1.diffuscope").arg(i));
        return;
    }
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
