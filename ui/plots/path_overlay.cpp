// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/path_overlay.h"

#include "ui/theme/plot_library.h"
#include "ui/theme/theme_colors.h"

#include <QPainter>

namespace diffuscope::ui {

namespace {

constexpr qreal markRadius = 4.5;
constexpr qreal selectedRadius = 6.5;
constexpr int dotReach = 9;

}  // namespace

PathOverlay::PathOverlay(QCustomPlot& plot) : QWidget(&plot), m_plot(plot)
{
    setObjectName(QStringLiteral("pathOverlay"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_NoSystemBackground);
    setGeometry(plot.rect());
    show();
}

void PathOverlay::setMarks(const Marks& marks)
{
    if (marks == m_marks)
        return;
    updateMarks();
    m_marks = marks;
    updateMarks();
}

/// One rectangle around all: the plot beneath is copied faster in one piece.
void PathOverlay::updateMarks()
{
    QRectF around;
    for (const auto* points : {&m_marks.first, &m_marks.second})
        for (const QPointF& point : *points)
            around |= QRectF(point.x() - dotReach, point.y() - dotReach, 2 * dotReach, 2 * dotReach);
    if (!around.isEmpty())
        update(around.toAlignedRect());
}

/// A dot, drawn once: with many images there are many of them.
QPixmap PathOverlay::dot(const QColor& fill, const QColor& line, qreal radius) const
{
    const qreal ratio = devicePixelRatioF();
    QPixmap picture(QSize(2 * dotReach, 2 * dotReach) * ratio);
    picture.setDevicePixelRatio(ratio);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(line, 1.5));
    painter.setBrush(fill);
    painter.drawEllipse(QPointF(dotReach, dotReach), radius, radius);
    return picture;
}

void PathOverlay::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = themeColors(m_plot.palette());
    QPainter painter(this);
    if (m_plot.hasFocus()) {
        painter.setPen(colors.accent);
        painter.drawRect(m_plot.axisRect()->rect().adjusted(0, 0, -1, -1));
    }
    const QPointF corner(dotReach, dotReach);
    const QPixmap second = m_marks.second.empty() ? QPixmap() : dot(colors.surface, colors.text, markRadius);
    for (const QPointF& point : m_marks.second)
        painter.drawPixmap(point - corner, second);
    const QPixmap first = dot(colors.accent, colors.surface, markRadius);
    for (int i = 0; i < int(m_marks.first.size()); ++i)
        if (i != m_marks.selected)
            painter.drawPixmap(m_marks.first[std::size_t(i)] - corner, first);
    if (m_marks.selected >= 0)
        painter.drawPixmap(m_marks.first[std::size_t(m_marks.selected)] - corner,
                           dot(colors.accent, colors.text, selectedRadius));
}

}  // namespace diffuscope::ui
