#include "ui/views/path_overlay.h"

#include "ui/theme/plot_library.h"
#include "ui/theme/theme_colors.h"

#include <QPainter>

namespace diffuscope::ui {

namespace {

constexpr qreal markRadius = 4.5;
constexpr qreal selectedRadius = 6.5;

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

void PathOverlay::updateMarks()
{
    const qreal reach = selectedRadius + 3;
    for (const auto* points : {&m_marks.first, &m_marks.second})
        for (const QPointF& point : *points)
            update(QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach).toAlignedRect());
}

void PathOverlay::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = themeColors(m_plot.palette());
    QPainter painter(this);
    if (m_plot.hasFocus()) {
        painter.setPen(colors.accent);
        painter.drawRect(m_plot.axisRect()->rect().adjusted(0, 0, -1, -1));
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colors.text, 1.5));
    painter.setBrush(colors.surface);
    for (const QPointF& point : m_marks.second)
        painter.drawEllipse(point, markRadius, markRadius);
    painter.setBrush(colors.accent);
    for (int i = 0; i < int(m_marks.first.size()); ++i) {
        const bool isSelected = i == m_marks.selected;
        painter.setPen(QPen(isSelected ? colors.text : colors.surface, 1.5));
        const qreal radius = isSelected ? selectedRadius : markRadius;
        painter.drawEllipse(m_marks.first[std::size_t(i)], radius, radius);
    }
}

}  // namespace diffuscope::ui
