#include "ui/views/playhead_overlay.h"

#include "ui/theme/plot_library.h"
#include "ui/theme/theme_colors.h"

#include <QPainter>

#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr int handleHalfWidth = 5;
constexpr int handleRise = 6;  ///< above the axis rectangle
constexpr qreal pointRadius = 4.5;

void drawHandle(QPainter& painter, qreal middle, qreal top)
{
    painter.drawPolygon(QPolygonF{{middle - handleHalfWidth, top - handleRise},
                                  {middle + handleHalfWidth, top - handleRise},
                                  {middle + handleHalfWidth, top - 2},
                                  {middle, top + 4},
                                  {middle - handleHalfWidth, top - 2}});
}

}  // namespace

PlayheadOverlay::PlayheadOverlay(QCustomPlot& plot) : QWidget(&plot), m_plot(plot)
{
    setObjectName(QStringLiteral("playheadOverlay"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_NoSystemBackground);
    setGeometry(plot.rect());
    show();
    // The axes may have moved.
    connect(&plot, &QCustomPlot::afterReplot, this, qOverload<>(&QWidget::update));
}

void PlayheadOverlay::place(double key, std::vector<PlayheadPoint> points, std::optional<double> rest)
{
    updateStrips();
    m_shown = true;
    m_key = key;
    m_points = std::move(points);
    m_rest = rest;
    updateStrips();
}

void PlayheadOverlay::clear()
{
    updateStrips();
    m_shown = false;
}

int PlayheadOverlay::pixelOf(double key) const
{
    return int(std::lround(m_plot.xAxis->coordToPixel(key)));
}

QRect PlayheadOverlay::stripAt(double key) const
{
    const QRect area = m_plot.axisRect()->rect();
    constexpr int margin = handleHalfWidth + 3;
    return QRect(pixelOf(key) - margin, area.top() - margin, 2 * margin + 1, area.height() + 2 * margin);
}

void PlayheadOverlay::updateStrips()
{
    if (!m_shown)
        return;
    update(stripAt(m_key));
    if (m_rest)
        update(stripAt(*m_rest));
}

void PlayheadOverlay::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = themeColors(m_plot.palette());
    const QRect area = m_plot.axisRect()->rect();
    QPainter painter(this);
    if (m_plot.hasFocus()) {
        painter.setPen(colors.accent);
        painter.drawRect(area.adjusted(0, 0, -1, -1));
    }
    if (!m_shown)
        return;
    if (m_rest && *m_rest != m_key) {
        painter.setPen(QPen(colors.mutedText, 1, Qt::DotLine));
        painter.drawLine(pixelOf(*m_rest), area.top(), pixelOf(*m_rest), area.bottom());
    }
    const int x = pixelOf(m_key);
    painter.fillRect(x, area.top(), 1, area.height(), colors.accent);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors.accent);
    drawHandle(painter, x + 0.5, area.top());
    painter.setPen(QPen(colors.surface, 1.5));
    for (const PlayheadPoint& point : m_points) {
        if (!std::isfinite(point.value) || !point.valueAxis)
            continue;
        painter.setBrush(point.color);
        painter.drawEllipse(QPointF(pixelOf(point.key) + 0.5, point.valueAxis->coordToPixel(point.value)),
                            pointRadius, pointRadius);
    }
}

}  // namespace diffuscope::ui
