// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/curve_handle.h"

#include "ui/theme/theme_colors.h"
#include "ui/widgets/curve_handles.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr qreal radius = 5.5;
/// A hand that only clicks may tremble this far.
constexpr qreal dragThreshold = 2;

double strideOf(Qt::KeyboardModifiers modifiers)
{
    if (modifiers & Qt::ShiftModifier)
        return 0.1;
    return modifiers & Qt::ControlModifier ? 0.001 : 0.01;
}

}  // namespace

CurveHandle::CurveHandle(CurveHandles& handles, int index, QWidget* plot)
    : QWidget(plot), m_handles(handles), m_index(index)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setFixedSize(side, side);
    setCursor(Qt::SizeAllCursor);
}

void CurveHandle::setCentre(const QPointF& pixel)
{
    m_centre = pixel;
    move(int(std::lround(pixel.x())) - side / 2, int(std::lround(pixel.y())) - side / 2);
}

bool CurveHandle::isOwnKey(const QKeyEvent& event)
{
    if (event.modifiers() & (Qt::AltModifier | Qt::MetaModifier))
        return false;
    switch (event.key()) {
        case Qt::Key_Left:
        case Qt::Key_Right:
        case Qt::Key_Up:
        case Qt::Key_Down:
        case Qt::Key_Delete:
        case Qt::Key_Backspace:
        case Qt::Key_Insert:
        case Qt::Key_Plus:
            return true;
        default:
            return false;
    }
}

bool CurveHandle::event(QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        // The window's keys of the same name move the playhead.
        const auto& key = static_cast<const QKeyEvent&>(*event);
        if (isOwnKey(key) || (key.key() == Qt::Key_Escape && m_dragging))
            event->accept();
    }
    return QWidget::event(event);
}

void CurveHandle::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = themeColors(palette());
    const bool isLit = hasFocus() || m_dragging;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QPointF middle(side / 2 + 0.5, side / 2 + 0.5);
    if (isLit || underMouse()) {
        QColor halo = colors.accent;
        halo.setAlpha(isLit ? 90 : 55);
        painter.setPen(Qt::NoPen);
        painter.setBrush(halo);
        painter.drawEllipse(middle, radius + 4, radius + 4);
    }
    painter.setPen(QPen(colors.surface, 2));
    painter.setBrush(isLit ? colors.accent : colors.text);
    painter.drawEllipse(middle, radius, radius);
}

void CurveHandle::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return event->accept();  // the playhead beneath is not meant
    m_pressed = true;
    m_dragging = false;
    m_pressedAt = event->globalPosition();
    m_centreAtPress = m_centre;
    raise();
}

void CurveHandle::mouseMoveEvent(QMouseEvent* event)
{
    if (!isPressed() || !(event->buttons() & Qt::LeftButton))
        return;
    const QPointF travelled = event->globalPosition() - m_pressedAt;
    if (!m_dragging && travelled.manhattanLength() < dragThreshold)
        return;
    if (!m_dragging) {
        m_dragging = true;
        m_handles.beginDrag(m_index);
    }
    // Shift keeps the hand on the line it has gone furthest along.
    const bool straight = event->modifiers() & Qt::ShiftModifier;
    const bool flat = std::abs(travelled.x()) >= std::abs(travelled.y());
    m_handles.dragTo(m_centreAtPress + travelled, travelled.x() != 0 && (!straight || flat),
                     travelled.y() != 0 && (!straight || !flat));
    if (m_handles.m_tipWhileDragging)
        QToolTip::showText(mapToGlobal(QPoint(side, -side)), toolTip(), this);
    else
        QToolTip::hideText();
    update();
}

void CurveHandle::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = false;
    if (std::exchange(m_dragging, false))
        m_handles.endDrag(false);
    update();
}

void CurveHandle::mouseDoubleClickEvent(QMouseEvent* event)
{
    mousePressEvent(event);  // not the plot's: no second point on top of this one
}

void CurveHandle::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape && m_dragging) {
        m_pressed = m_dragging = false;
        m_handles.endDrag(true);
        return update();
    }
    if (!isOwnKey(*event))
        return QWidget::keyPressEvent(event);
    const double stride = strideOf(event->modifiers());
    switch (event->key()) {
        case Qt::Key_Left:
            return m_handles.nudge(m_index, -1, 0, stride);
        case Qt::Key_Right:
            return m_handles.nudge(m_index, 1, 0, stride);
        case Qt::Key_Up:
            return m_handles.nudge(m_index, 0, 1, stride);
        case Qt::Key_Down:
            return m_handles.nudge(m_index, 0, -1, stride);
        case Qt::Key_Delete:
        case Qt::Key_Backspace:
            return m_handles.remove(m_index);
        default:
            return m_handles.addAfter(m_index);
    }
}

void CurveHandle::contextMenuEvent(QContextMenuEvent* event)
{
    const QPoint where = event->reason() == QContextMenuEvent::Keyboard ? mapToGlobal(rect().bottomRight())
                                                                        : event->globalPos();
    Q_EMIT m_handles.menuRequested(m_index, where);
}

void CurveHandle::enterEvent(QEnterEvent*)
{
    m_handles.setAttention(m_index);
    update();
}

void CurveHandle::leaveEvent(QEvent*)
{
    if (!hasFocus() && !m_dragging)
        m_handles.setAttention(-1);
    update();
}

void CurveHandle::focusInEvent(QFocusEvent*)
{
    m_handles.m_current = m_index;
    raise();
    m_handles.setAttention(m_index);
    update();
}

void CurveHandle::focusOutEvent(QFocusEvent*)
{
    if (!m_dragging)
        m_handles.setAttention(-1);
    update();
}

}  // namespace diffuscope::ui
