// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/plot_style.h"

#include "ui/theme/fonts.h"
#include "ui/theme/plot_library.h"
#include "ui/theme/theme_colors.h"

#include <QEvent>
#include <QFontMetrics>

#include <algorithm>

namespace diffuscope::ui {

namespace {

void styleAxis(QCPAxis& axis, const ThemeColors& colors, const QFont& font)
{
    const QPen line(colors.outline, 1);
    axis.setBasePen(line);
    axis.setTickPen(line);
    axis.setSubTickPen(line);
    axis.setTickLength(0, 5);
    axis.setSubTickLength(0, 3);
    axis.setTickLabelColor(colors.mutedText);
    axis.setTickLabelFont(tabularFont(captionFont(font)));
    axis.setTickLabelPadding(3);
    axis.setLabelColor(colors.mutedText);
    axis.setLabelFont(captionFont(font));
    axis.setLabelPadding(2);
    axis.grid()->setPen(QPen(colors.grid, 1));
    axis.grid()->setSubGridPen(QPen(colors.grid, 1));
    axis.grid()->setZeroLinePen(QPen(colors.separator, 1));
}

/// So many ticks that their numbers stand clear of each other.
void fitTicks(QCPAxis& axis, int width)
{
    constexpr int mostTicks = 5, leastTicks = 2;
    const int number = QFontMetrics(axis.tickLabelFont()).horizontalAdvance(QStringLiteral("1000"));
    axis.ticker()->setTickCount(std::clamp(width * 4 / (9 * std::max(1, number)), leastTicks, mostTicks));
}

/// Restyles its parent, a plot, whenever the parent's palette or font changes.
class PlotStyler : public QObject
{
public:
    PlotStyler(QCustomPlot& plot, std::function<void()> restyleSeries)
        : QObject(&plot), m_plot(plot), m_restyleSeries(std::move(restyleSeries))
    {
        plot.installEventFilter(this);
        apply();
    }

    bool eventFilter(QObject* watched, QEvent* event) override
    {
        const auto type = event->type();
        if (watched == &m_plot && (type == QEvent::PaletteChange || type == QEvent::FontChange))
            apply();
        else if (watched == &m_plot && type == QEvent::Resize)
            fitAllTicks();
        return false;
    }

private:
    void apply()
    {
        const ThemeColors& colors = themeColors(m_plot.palette());
        m_plot.setBackground(QBrush(m_plot.palette().color(QPalette::Base)));
        for (QCPAxisRect* rect : m_plot.axisRects())
            for (QCPAxis* axis : rect->axes())
                styleAxis(*axis, colors, m_plot.font());
        fitAllTicks();
        if (m_restyleSeries)
            m_restyleSeries();
        m_plot.replot(QCustomPlot::rpQueuedReplot);
    }

    void fitAllTicks()
    {
        for (QCPAxisRect* rect : m_plot.axisRects())
            for (QCPAxis* axis : rect->axes(QCPAxis::atBottom | QCPAxis::atTop))
                fitTicks(*axis, m_plot.width());
    }

    QCustomPlot& m_plot;
    std::function<void()> m_restyleSeries;
};

}  // namespace

void leaveRoomForLabels(QCustomPlot& plot)
{
    constexpr int handle = 12;
    const QFontMetrics metrics(plot.xAxis->tickLabelFont());
    plot.axisRect()->setMinimumMargins(
        QMargins(0, handle, metrics.horizontalAdvance(QStringLiteral("1000")) / 2 + 6, 0));
}

void stylePlot(QCustomPlot& plot, std::function<void()> restyleSeries)
{
    new PlotStyler(plot, std::move(restyleSeries));
}

}  // namespace diffuscope::ui
