// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/playhead_overlay.h"

#include "ui/theme/fonts.h"
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

void PlayheadOverlay::placeSecond(double key, std::vector<PlayheadPoint> points)
{
    const bool isNew = !m_second;
    if (m_second)
        update(stripAt(*m_second));
    m_second = key;
    m_secondPoints = std::move(points);
    update(stripAt(key));
    if (isNew)
        updateStrips();  // the first one gets its letter
}

void PlayheadOverlay::clearSecond()
{
    if (!m_second)
        return;
    update(stripAt(*m_second));
    m_second.reset();
    updateStrips();
}

int PlayheadOverlay::pixelOf(double key) const
{
    return int(std::lround(m_plot.xAxis->coordToPixel(key)));
}

QRect PlayheadOverlay::stripAt(double key) const
{
    const QRect area = m_plot.axisRect()->rect();
    constexpr int margin = handleHalfWidth + 3;
    const int letter = QFontMetrics(captionFont(m_plot.font())).horizontalAdvance(QLatin1Char('B'));
    return QRect(pixelOf(key) - margin, 0, 2 * margin + 1 + letter, area.bottom() + margin);
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
    if (m_second)
        paintSecond(painter);
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
    if (m_second)
        paintLetter(painter, x, QStringLiteral("A"));
    paintPoints(painter, m_points, true);
}

/// Broken, with a hollow handle and hollow dots.
void PlayheadOverlay::paintSecond(QPainter& painter) const
{
    const ThemeColors& colors = themeColors(m_plot.palette());
    const QRect area = m_plot.axisRect()->rect();
    const int x = pixelOf(*m_second);
    painter.save();
    painter.setPen(QPen(colors.text, 1, Qt::DashLine));
    painter.drawLine(x, area.top(), x, area.bottom());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colors.text, 1));
    painter.setBrush(colors.surface);
    drawHandle(painter, x + 0.5, area.top());
    paintLetter(painter, x, QStringLiteral("B"));
    paintPoints(painter, m_secondPoints, false);
    painter.restore();
}

void PlayheadOverlay::paintLetter(QPainter& painter, int x, const QString& letter) const
{
    painter.save();
    painter.setFont(captionFont(m_plot.font()));
    painter.setPen(themeColors(m_plot.palette()).text);
    const QFontMetrics metrics = painter.fontMetrics();
    painter.drawText(x + handleHalfWidth + 2, std::max(metrics.ascent(), m_plot.axisRect()->rect().top() - 1),
                     letter);
    painter.restore();
}

void PlayheadOverlay::paintPoints(QPainter& painter, const std::vector<PlayheadPoint>& points,
                                  bool isFilled) const
{
    const ThemeColors& colors = themeColors(m_plot.palette());
    for (const PlayheadPoint& point : points) {
        if (!std::isfinite(point.value) || !point.valueAxis)
            continue;
        painter.setPen(QPen(isFilled ? colors.surface : point.color, 1.5));
        painter.setBrush(isFilled ? point.color : colors.surface);
        painter.drawEllipse(QPointF(pixelOf(point.key) + 0.5, point.valueAxis->coordToPixel(point.value)),
                            pointRadius, pointRadius);
    }
}

}  // namespace diffuscope::ui
