// SPDX-License-Identifier: GPL-3.0-or-later
// The control points of a curve as handles over its plot: dragged, moved with keys, added and removed.
#pragma once

#include "core/schedule/drawn_curve.h"

#include <QObject>
#include <QPointer>
#include <QPointF>
#include <QString>

#include <functional>
#include <utility>
#include <vector>

class QCustomPlot;

namespace diffuscope::ui {

class CurveHandle;

/// What the points of a curve mean, and where they may go.
struct CurveRules
{
    using Points = std::vector<schedule::ControlPoint>;

    /// Where a point stands, in coordinates of the plot's bottom and left axis, and the point that stands
    /// there.
    std::function<QPointF(const schedule::ControlPoint&)> placeOf;
    std::function<schedule::ControlPoint(const QPointF&)> pointAt;
    /// The points after `index` moved as far towards `wanted` as it may.
    std::function<Points(const Points&, std::size_t index, const schedule::ControlPoint& wanted)> moved;
    /// The points with one more near `wanted`, and its index; −1 where there is no room.
    std::function<std::pair<Points, int>(const Points&, const schedule::ControlPoint& wanted)> added;
    /// Whether this point can be removed.
    std::function<bool(const Points&, std::size_t index)> canRemove;
    /// The values of a point in one line, for the tooltip and for those who cannot see.
    std::function<QString(const schedule::ControlPoint&)> describe;
};

/// Each handle is a small widget over the plot with its place in the tab order. The mouse drags it; arrow
/// keys move it by a hundredth of the plot (Shift: a tenth, Ctrl: a thousandth), Insert adds one after it,
/// Delete removes it, Escape gives a drag up. A double click on the plot adds a handle. The owner hears the
/// wanted points and answers with setPoints().
class CurveHandles : public QObject
{
    Q_OBJECT

public:
    using Points = CurveRules::Points;

    /// The plot becomes the parent. `name` begins the object names of the handles ("name.0", "name.1", …).
    CurveHandles(QCustomPlot& plot, QString name);

    void setRules(CurveRules rules);
    /// Whether the values stand beside a handle that is dragged (as at first), or the owner shows them.
    void setTipWhileDragging(bool on) { m_tipWhileDragging = on; }
    /// Shows a handle for each point; none hides all.
    void setPoints(const Points& points);
    const Points& points() const { return m_points; }
    bool isDragging() const { return m_dragged >= 0; }
    /// The handle with the keyboard focus, or the one that had it last; −1 if none had.
    int current() const { return m_current; }

    /// Adds a point as near as may be to a place in the plot, in coordinates of its axes.
    void addAt(const QPointF& place);
    /// Adds a point half-way to the next one.
    void addAfter(int index);
    bool canRemove(int index) const;
    void remove(int index);

    bool eventFilter(QObject* watched, QEvent* event) override;

Q_SIGNALS:
    void edited(const std::vector<diffuscope::schedule::ControlPoint>& points);
    /// A hand took hold of a handle, and let go of it.
    void dragBegan();
    void dragEnded();
    /// Another handle, or none (−1), is pointed at, dragged or has the focus.
    void attentionChanged(int index);
    /// The right button or the menu key; `index` is −1 beside the handles.
    void menuRequested(int index, const QPoint& globalPosition);

private:
    friend class CurveHandle;

    void place();
    QPointF pixelOf(std::size_t index) const;
    void beginDrag(int index);
    void dragTo(const QPointF& pixel, bool movesTime, bool movesValue);
    void endDrag(bool giveUp);
    void nudge(int index, int right, int up, double fraction);
    void setAttention(int index);
    void wish(const Points& points);

    QCustomPlot& m_plot;
    QString m_name;
    CurveRules m_rules;
    Points m_points;
    Points m_beforeDrag;
    std::vector<CurveHandle*> m_handles;
    bool m_tipWhileDragging = true;
    int m_dragged = -1;
    int m_current = -1;
    int m_attention = -1;
};

}  // namespace diffuscope::ui
