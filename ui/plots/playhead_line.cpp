// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/playhead_line.h"

#include "ui/plots/playhead_overlay.h"
#include "ui/theme/plot_library.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include <cmath>

namespace diffuscope::ui {

PlayheadLine::PlayheadLine(QCustomPlot& plot)
    : QObject(&plot), m_plot(plot), m_overlay(new PlayheadOverlay(plot))
{
    // The plot itself never changes under the playhead: one paint buffer is enough.
    plot.layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmLogical);
    plot.setFocusPolicy(Qt::StrongFocus);
    plot.setMouseTracking(true);
    plot.installEventFilter(this);
}

void PlayheadLine::moveTo(double key, std::vector<PlayheadPoint> points, std::optional<double> rest)
{
    m_overlay->place(key, std::move(points), rest);
}

void PlayheadLine::hide()
{
    m_overlay->clear();
}

bool PlayheadLine::isShown() const
{
    return m_overlay->isShown();
}

double PlayheadLine::key() const
{
    return m_overlay->key();
}

void PlayheadLine::moveSecondTo(double key, std::vector<PlayheadPoint> points)
{
    m_overlay->placeSecond(key, std::move(points));
}

void PlayheadLine::hideSecond()
{
    m_overlay->clearSecond();
}

std::optional<double> PlayheadLine::secondKey() const
{
    return m_overlay->secondKey();
}

bool PlayheadLine::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != &m_plot)
        return false;
    switch (event->type()) {
        case QEvent::MouseButtonPress:
        case QEvent::MouseButtonDblClick:
        case QEvent::MouseMove:
        case QEvent::MouseButtonRelease:
            return handleMouse(event);
        case QEvent::Leave:
            if (m_inside)
                Q_EMIT left();
            m_inside = false;
            return false;
        case QEvent::KeyPress: {
            const auto* key = static_cast<QKeyEvent*>(event);
            return handleKey(key->key(), key->modifiers());
        }
        case QEvent::FocusIn:
        case QEvent::FocusOut:
            m_overlay->update();
            return false;
        case QEvent::Resize:
            m_overlay->setGeometry(m_plot.rect());
            return false;
        default:
            return false;
    }
}

bool PlayheadLine::handleMouse(QEvent* event)
{
    const auto* mouse = static_cast<QMouseEvent*>(event);
    const QPointF position = mouse->position();
    const double key = m_plot.xAxis->pixelToCoord(position.x());
    const bool inArea = m_plot.axisRect()->rect().adjusted(-4, -8, 4, 4).contains(position.toPoint());
    if (event->type() == QEvent::MouseButtonRelease) {
        m_dragging = false;
        m_draggingSecond = false;
        return false;
    }
    if (event->type() != QEvent::MouseMove && mouse->button() == Qt::LeftButton && inArea)
        (mouse->modifiers() & Qt::ControlModifier ? m_draggingSecond : m_dragging) = true;
    if (m_draggingSecond) {
        Q_EMIT secondPicked(key);
        return false;
    }
    if (m_dragging) {
        Q_EMIT picked(key);
        return false;
    }
    if (event->type() != QEvent::MouseMove || mouse->buttons() != Qt::NoButton)
        return false;
    const bool nearLine =
        m_overlay->isShown() && std::abs(position.x() - m_plot.xAxis->coordToPixel(m_overlay->key())) <= 5;
    m_plot.setCursor(inArea ? (nearLine ? Qt::SplitHCursor : Qt::PointingHandCursor) : Qt::ArrowCursor);
    if (inArea)
        Q_EMIT hovered(key);
    else if (m_inside)
        Q_EMIT left();
    m_inside = inArea;
    return false;
}

bool PlayheadLine::handleKey(int key, Qt::KeyboardModifiers modifiers)
{
    if (modifiers & ~(Qt::ShiftModifier | Qt::KeypadModifier))
        return false;
    const int frames = modifiers & Qt::ShiftModifier ? 10 : 1;
    switch (key) {
        case Qt::Key_Left:
            Q_EMIT stepRequested(-frames);
            return true;
        case Qt::Key_Right:
            Q_EMIT stepRequested(frames);
            return true;
        case Qt::Key_Home:
            Q_EMIT startRequested();
            return true;
        case Qt::Key_End:
            Q_EMIT endRequested();
            return true;
        default:
            return false;
    }
}

}  // namespace diffuscope::ui
