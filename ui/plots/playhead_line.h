// SPDX-License-Identifier: GPL-3.0-or-later
// The playhead in a plot: a line at one key that is moved by mouse and keys, above the plot and apart from
// it.
#pragma once

#include <QColor>
#include <QObject>

#include <optional>
#include <vector>

class QCPAxis;
class QCustomPlot;

namespace diffuscope::ui {

class PlayheadOverlay;

/// Where a curve crosses the playhead.
struct PlayheadPoint
{
    double key = 0;
    double value = 0;
    QCPAxis* valueAxis = nullptr;
    QColor color;
};

/// Turns what is done to a plot into wishes, in coordinates of its bottom axis; whoever owns the playhead
/// answers with moveTo(). Moving repaints two narrow strips; no curve is plotted again.
class PlayheadLine : public QObject
{
    Q_OBJECT

public:
    /// The plot becomes the parent, gets the keyboard focus and mouse tracking.
    explicit PlayheadLine(QCustomPlot& plot);

    /// Shows the line at `key`. `rest` is where it returns to when the mouse leaves, marked where that
    /// differs.
    void moveTo(double key, std::vector<PlayheadPoint> points, std::optional<double> rest);
    void hide();
    bool isShown() const;
    double key() const;
    /// Shows the second cursor, B, at `key`; it does not move with the mouse.
    void moveSecondTo(double key, std::vector<PlayheadPoint> points);
    void hideSecond();
    /// Where the second cursor is; absent while it is hidden.
    std::optional<double> secondKey() const;

    bool eventFilter(QObject* watched, QEvent* event) override;

Q_SIGNALS:
    /// The mouse is over this key, no button pressed.
    void hovered(double key);
    /// The mouse was pressed at, or dragged to, this key.
    void picked(double key);
    /// The same with Ctrl held: the second cursor is meant.
    void secondPicked(double key);
    /// The mouse left the plot.
    void left();
    /// A key asks for so many frames forward (negative: back).
    void stepRequested(int frames);
    void startRequested();
    void endRequested();

private:
    bool handleMouse(QEvent* event);
    bool handleKey(int key, Qt::KeyboardModifiers modifiers);

    QCustomPlot& m_plot;
    PlayheadOverlay* m_overlay = nullptr;
    bool m_dragging = false;
    bool m_draggingSecond = false;
    bool m_inside = false;
};

}  // namespace diffuscope::ui
