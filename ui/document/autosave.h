// SPDX-License-Identifier: GPL-3.0-or-later
// When and where a session saves itself: its tree within moments of every edit, the whole of it as often as
// writing that takes.
#pragma once

#include "ui/document/session_saver.h"

#include <QLockFile>
#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <vector>

namespace diffuscope::ui {

/// Holds one of the files of a folder (see session::readAutosavedSession()), which no other window then
/// writes.
class Autosave : public QObject
{
    Q_OBJECT

public:
    /// An edit is written this soon. So is the whole session; where writing it takes long, after four times
    /// as long, so that a hand that drags a slider does not keep the disk busy.
    static constexpr int delayMs = 20;
    static constexpr int longestDelayMs = 2000;

    /// Nothing is kept where the folder is empty, or cannot be written.
    explicit Autosave(const QString& folder, QObject* parent = nullptr);

    /// Where the whole session lies; empty where none is kept.
    const QString& path() const { return m_path; }
    bool isOn() const { return !m_path.isEmpty(); }
    /// A folder was given in which nothing can be kept.
    bool isRefused() const { return m_isRefused; }

    /// A session that another window kept here until it ended. No other window takes it while the lock lives.
    struct LeftSession
    {
        QString path;
        std::unique_ptr<QLockFile> lock;
    };
    /// All of them; those of windows that are open are none.
    std::vector<LeftSession> leftSessions() const;

    /// A stored session goes on being counted from here.
    void continueFrom(std::int64_t autosaves) { m_count = autosaves; }

    /// Something was edited: treeIsDue() and wholeIsDue() follow.
    void schedule();
    /// Whether wholeIsDue() was still to come; it is no longer.
    bool takeScheduled();
    /// How long the whole took to write.
    void noteWritten(int ms);
    /// The whole once more, in a while; it will be newer than a tree that could not be written either.
    void retryLater();
    /// The number of a session that is written now.
    std::int64_t nextNumber() { return ++m_count; }
    /// Writes the tree, without records.
    void writeTree(session::SessionFile tree);
    /// Waits until the tree is written.
    void flush() { m_edits.flush(); }

Q_SIGNALS:
    void treeIsDue();
    void wholeIsDue();

private:
    void lock(const QString& folder);

    std::unique_ptr<QLockFile> m_lock;
    bool m_isRefused = false;
    QString m_path;
    QTimer m_treeTimer;
    QTimer m_wholeTimer;
    std::int64_t m_count = 0;
    SessionSaver m_edits;
};

}  // namespace diffuscope::ui
