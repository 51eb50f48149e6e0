// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/curve_handles.h"

#include "ui/theme/plot_library.h"
#include "ui/widgets/curve_handle.h"

#include <QContextMenuEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

using schedule::ControlPoint;

CurveHandles::CurveHandles(QCustomPlot& plot, QString name)
    : QObject(&plot), m_plot(plot), m_name(std::move(name))
{
    plot.installEventFilter(this);
    // The axes may have moved.
    connect(&plot, &QCustomPlot::afterReplot, this, &CurveHandles::place);
}

void CurveHandles::setRules(CurveRules rules)
{
    m_rules = std::move(rules);
    place();
}

void CurveHandles::setPoints(const Points& points)
{
    m_points = points;
    while (m_handles.size() > points.size()) {
        // Deleted later: it may be the one whose key brought us here.
        m_handles.back()->hide();
        m_handles.back()->setObjectName({});
        m_handles.back()->deleteLater();
        m_handles.pop_back();
    }
    while (m_handles.size() < points.size()) {
        const int index = int(m_handles.size());
        auto* handle = new CurveHandle(*this, index, &m_plot);
        handle->setObjectName(QStringLiteral("%1.%2").arg(m_name).arg(index));
        QWidget::setTabOrder(m_handles.empty() ? static_cast<QWidget*>(&m_plot) : m_handles.back(), handle);
        m_handles.push_back(handle);
    }
    const int last = int(points.size()) - 1;
    m_current = std::min(m_current, last);
    if (m_dragged > last)
        endDrag(false);
    if (m_attention > last)
        setAttention(-1);
    place();
}

QPointF CurveHandles::pixelOf(std::size_t index) const
{
    const QPointF place = m_rules.placeOf(m_points[index]);
    return {m_plot.xAxis->coordToPixel(place.x()), m_plot.yAxis->coordToPixel(place.y())};
}

void CurveHandles::place()
{
    if (!m_rules.placeOf)
        return;
    const QRectF area = m_plot.axisRect()->rect();
    for (std::size_t i = 0; i < m_handles.size(); ++i) {
        CurveHandle& handle = *m_handles[i];
        const QPointF pixel = pixelOf(i);
        const bool isSomewhere = std::isfinite(pixel.x()) && std::isfinite(pixel.y());
        handle.setVisible(isSomewhere);
        if (!isSomewhere)
            continue;
        // A point beyond the axes waits at their edge to be brought back.
        handle.setCentre({std::clamp(pixel.x(), area.left(), area.right()),
                          std::clamp(pixel.y(), area.top(), area.bottom())});
        const QString values = m_rules.describe(m_points[i]);
        handle.setAccessibleName(tr("Point %1 of %2").arg(i + 1).arg(m_handles.size()));
        handle.setAccessibleDescription(values);
        handle.setToolTip(values);
    }
}

void CurveHandles::wish(const Points& points)
{
    if (points != m_points)
        Q_EMIT edited(points);
}

void CurveHandles::beginDrag(int index)
{
    m_dragged = index;
    m_beforeDrag = m_points;
    setAttention(index);
    Q_EMIT dragBegan();
}

void CurveHandles::dragTo(const QPointF& pixel, bool movesTime, bool movesValue)
{
    if (m_dragged < 0)
        return;
    const auto index = std::size_t(m_dragged);
    const QRectF area = m_plot.axisRect()->rect();
    const QPointF inside(std::clamp(pixel.x(), area.left(), area.right()),
                         std::clamp(pixel.y(), area.top(), area.bottom()));
    ControlPoint wanted =
        m_rules.pointAt({m_plot.xAxis->pixelToCoord(inside.x()), m_plot.yAxis->pixelToCoord(inside.y())});
    // What the hand has not moved stays what it was, to the last digit.
    if (!movesTime)
        wanted.t = m_beforeDrag[index].t;
    if (!movesValue)
        wanted.value = m_beforeDrag[index].value;
    wish(m_rules.moved(m_points, index, wanted));
}

void CurveHandles::endDrag(bool giveUp)
{
    if (m_dragged < 0)
        return;
    if (giveUp)
        wish(m_beforeDrag);
    m_dragged = -1;
    Q_EMIT dragEnded();
}

void CurveHandles::nudge(int index, int right, int up, double fraction)
{
    const QRectF area = m_plot.axisRect()->rect();
    const QPointF pixel = pixelOf(std::size_t(index)) +
                          QPointF(right * fraction * area.width(), -up * fraction * area.height());
    const ControlPoint& point = m_points[std::size_t(index)];
    ControlPoint wanted =
        m_rules.pointAt({m_plot.xAxis->pixelToCoord(pixel.x()), m_plot.yAxis->pixelToCoord(pixel.y())});
    if (right == 0)
        wanted.t = point.t;
    if (up == 0)
        wanted.value = point.value;
    wish(m_rules.moved(m_points, std::size_t(index), wanted));
}

void CurveHandles::addAt(const QPointF& place)
{
    const auto [points, index] = m_rules.added(m_points, m_rules.pointAt(place));
    if (index < 0)
        return;
    wish(points);
    if (index < int(m_handles.size()))
        m_handles[std::size_t(index)]->setFocus();
}

void CurveHandles::addAfter(int index)
{
    if (m_points.size() < 2)
        return;
    const auto first = std::size_t(std::clamp(index, 0, int(m_points.size()) - 2));
    const QPointF middle = (pixelOf(first) + pixelOf(first + 1)) / 2;
    addAt({m_plot.xAxis->pixelToCoord(middle.x()), m_plot.yAxis->pixelToCoord(middle.y())});
}

bool CurveHandles::canRemove(int index) const
{
    return index >= 0 && index < int(m_points.size()) && m_rules.canRemove(m_points, std::size_t(index));
}

void CurveHandles::remove(int index)
{
    if (!canRemove(index))
        return;
    Points points = m_points;
    points.erase(points.begin() + index);
    wish(points);
    if (index < int(m_handles.size()))
        m_handles[std::size_t(index)]->setFocus();
}

void CurveHandles::setAttention(int index)
{
    if (std::exchange(m_attention, index) != index)
        Q_EMIT attentionChanged(index);
}

bool CurveHandles::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != &m_plot)
        return false;
    if (event->type() == QEvent::ContextMenu) {
        Q_EMIT menuRequested(-1, static_cast<QContextMenuEvent*>(event)->globalPos());
        return true;
    }
    if (event->type() != QEvent::MouseButtonDblClick || m_points.empty())
        return false;
    const auto* mouse = static_cast<QMouseEvent*>(event);
    const QPointF position = mouse->position();
    if (mouse->button() != Qt::LeftButton || !m_plot.axisRect()->rect().contains(position.toPoint()))
        return false;
    addAt({m_plot.xAxis->pixelToCoord(position.x()), m_plot.yAxis->pixelToCoord(position.y())});
    return true;
}

}  // namespace diffuscope::ui
