// SPDX-License-Identifier: GPL-3.0-or-later
// Frames around the controls that a lesson points at, above everything in the window and out of the mouse's
// way.
#pragma once

#include <QList>
#include <QObject>
#include <QPointer>
#include <QTimer>
#include <QWidget>

#include <utility>
#include <vector>

namespace diffuscope::ui {

class HighlightFrames : public QObject
{
    Q_OBJECT

public:
    explicit HighlightFrames(QObject* parent = nullptr);

    /// Points at these, and at nothing else; none takes the frames away. Each is scrolled into view where it
    /// lies in a scroll area.
    void pointAt(const QList<QWidget*>& widgets);
    int count() const { return int(m_frames.size()); }

private:
    void follow();

    struct Frame
    {
        QPointer<QWidget> target;
        QPointer<QWidget> frame;
    };
    std::vector<Frame> m_frames;
    QTimer m_timer;  ///< what they surround moves without telling
};

/// Disables controls for a while, and gives back the freedom of those that it took it from.
class ControlLocks
{
public:
    ~ControlLocks();
    void lock(const QList<QWidget*>& widgets);
    void release();
    int count() const { return int(m_locked.size()); }

private:
    QList<QPointer<QWidget>> m_locked;
};

}  // namespace diffuscope::ui
