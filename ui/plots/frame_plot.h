// SPDX-License-Identifier: GPL-3.0-or-later
// The bottom axis of a plot over the frames of the shown run, with both cursors on it.
#pragma once

#include "ui/plots/frame_keys.h"
#include "ui/plots/playhead_line.h"

#include <QObject>

#include <functional>

class QCustomPlot;

namespace diffuscope::ui {

class SessionDocument;

/// Follows the document's run, playhead and cursors: moves the axis, and previews, commits and marks frames
/// at the wish of mouse and keys. The first frame is always at the left.
class FramePlot : public QObject
{
    Q_OBJECT

public:
    /// The dots of a frame on the plot's curves.
    using Points = std::function<std::vector<PlayheadPoint>(int frame)>;

    /// The plot becomes the parent; the document must outlive it.
    FramePlot(SessionDocument& document, QCustomPlot& plot, Points points);

    const FrameKeys& keys() const { return m_keys; }
    double key(int frame) const { return m_keys.key(frame); }
    /// Puts both lines and their dots where the document's cursors are.
    void moveCursors();

Q_SIGNALS:
    /// Frames stand elsewhere than before: what was plotted over them must be plotted again.
    void keysChanged();

private:
    void takeRun();
    void showAxis();

    SessionDocument& m_document;
    QCustomPlot& m_plot;
    Points m_points;
    PlayheadLine* m_line = nullptr;
    FrameKeys m_keys;
};

}  // namespace diffuscope::ui
