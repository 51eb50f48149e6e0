// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lessons/highlight_frames.h"

#include "ui/theme/theme_colors.h"

#include <QPainter>
#include <QScrollArea>

namespace diffuscope::ui {

namespace {

constexpr int marginPx = 4, linePx = 3, followMs = 120;
constexpr double radiusPx = 6;

class FramePainter : public QWidget
{
public:
    explicit FramePainter(QWidget* window) : QWidget(window)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setAttribute(Qt::WA_NoSystemBackground);
        setFocusPolicy(Qt::NoFocus);
        setObjectName(QStringLiteral("lessonHighlight"));
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(themeColors(palette()).accent, linePx));
        const double half = linePx / 2.0;
        painter.drawRoundedRect(QRectF(rect()).adjusted(half, half, -half, -half), radiusPx, radiusPx);
    }
};

/// In the window: what its scroll areas and docks leave of it, whatever lies in it. Empty where it is hidden.
QRect seenPart(const QWidget& widget)
{
    if (!widget.isVisible())
        return {};
    QRect part = widget.rect();
    const QWidget* at = &widget;
    while (!at->isWindow()) {
        part.translate(at->pos());
        at = at->parentWidget();
        part = part.intersected(at->rect());
    }
    return part;
}

void scrollIntoView(QWidget& widget)
{
    for (QWidget* above = widget.parentWidget(); above; above = above->parentWidget())
        if (auto* area = qobject_cast<QScrollArea*>(above))
            return area->ensureWidgetVisible(&widget);
}

}  // namespace

HighlightFrames::HighlightFrames(QObject* parent) : QObject(parent)
{
    m_timer.setInterval(followMs);
    connect(&m_timer, &QTimer::timeout, this, &HighlightFrames::follow);
}

void HighlightFrames::pointAt(const QList<QWidget*>& widgets)
{
    for (const Frame& old : m_frames)
        delete old.frame.data();
    m_frames.clear();
    for (QWidget* widget : widgets) {
        scrollIntoView(*widget);
        m_frames.push_back({widget, new FramePainter(widget->window())});
    }
    m_frames.empty() ? m_timer.stop() : m_timer.start();
    follow();
}

void HighlightFrames::follow()
{
    for (const Frame& each : m_frames) {
        if (!each.frame)
            continue;
        const QRect seen = each.target ? seenPart(*each.target) : QRect();
        each.frame->setVisible(!seen.isEmpty());
        if (seen.isEmpty())
            continue;
        const QRect around = seen.adjusted(-marginPx, -marginPx, marginPx, marginPx)
                                 .intersected(each.frame->parentWidget()->rect());
        if (each.frame->geometry() != around)
            each.frame->setGeometry(around);
        each.frame->raise();
    }
}

ControlLocks::~ControlLocks()
{
    release();
}

void ControlLocks::lock(const QList<QWidget*>& widgets)
{
    for (QWidget* widget : widgets)
        if (widget->isEnabled()) {
            widget->setEnabled(false);
            m_locked.append(widget);
        }
}

void ControlLocks::release()
{
    for (const QPointer<QWidget>& widget : m_locked)
        if (widget)
            widget->setEnabled(true);
    m_locked.clear();
}

}  // namespace diffuscope::ui
