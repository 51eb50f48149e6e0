// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiments/error_plot.h"

#include "ui/theme/fonts.h"
#include "ui/theme/plot_library.h"
#include "ui/theme/plot_style.h"
#include "ui/theme/theme_colors.h"
#include "ui/widgets/empty_state.h"

#include <QLabel>
#include <QLocale>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

/// Below this, an error is rounding.
constexpr double leastError = 1e-7;

/// At 1, 2 and 5 of every decade, or at 1 alone where there are many; so that also a part of a decade has
/// numbers.
QSharedPointer<QCPAxisTicker> tickerFor(const QCPRange& range)
{
    constexpr double mostFineDecades = 2.5;
    const bool isFine = std::log10(range.upper / range.lower) <= mostFineDecades;
    auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    for (int power = int(std::floor(std::log10(range.lower))); power <= std::ceil(std::log10(range.upper));
         ++power)
        for (const double digit : {1.0, 2.0, 5.0})
            if (digit == 1 || isFine)
                ticker->addTick(digit * std::pow(10.0, power),
                                QLocale().toString(digit * std::pow(10.0, power), 'g', 2));
    return ticker;
}

}  // namespace

ErrorPlot::ErrorPlot(QWidget* parent)
    : QWidget(parent), m_plot(new QCustomPlot(this)), m_empty(new QLabel(this))
{
    buildPlot();
    m_empty->setText(
        tr("Press Sample: every sampler is run with every number of steps, and its error plotted over "
           "what it cost."));
    m_empty->setObjectName(QStringLiteral("errorEmpty"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setMargin(24);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    m_empty->setBackgroundRole(QPalette::Base);
    m_empty->setAutoFillBackground(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_plot, 1);
    column->addWidget(m_empty, 1);
    stylePlot(*m_plot, [this] { plotAgain(); });
}

void ErrorPlot::buildPlot()
{
    m_plot->setObjectName(QStringLiteral("errorPlot"));
    m_plot->setAccessibleName(tr("Error over network evaluations"));
    m_plot->setToolTip(
        richTip(tr("Root mean square distance of each result from the reference, over the network "
                   "evaluations spent; both axes are logarithmic.")));
    m_plot->setMinimumSize(320, 180);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setScaleType(QCPAxis::stLogarithmic);
        axis->setSubTicks(false);
    }
    m_plot->xAxis->setLabel(tr("network evaluations"));
    m_plot->yAxis->setLabel(tr("error (RMS)"));
    m_plot->legend->setVisible(true);
    m_title = new QCPTextElement(m_plot);
    m_title->setTextFlags(Qt::AlignLeft | Qt::AlignVCenter);
    m_title->setMargins(QMargins(8, 6, 8, 0));
    m_plot->plotLayout()->insertRow(0);
    m_plot->plotLayout()->addElement(0, 0, m_title);
}

void ErrorPlot::setSeries(const QString& title, std::vector<ErrorSeries> series)
{
    m_title->setText(title);
    m_series = std::move(series);
    plotAgain();
}

void ErrorPlot::plotAgain()
{
    const ThemeColors& colors = themeColors(m_plot->palette());
    m_plot->clearGraphs();
    double fewest = HUGE_VAL, most = 0, least = HUGE_VAL, largest = 0;
    for (std::size_t i = 0; i < m_series.size(); ++i) {
        QCPGraph* graph = m_plot->addGraph();
        graph->setName(m_series[i].name);
        const QColor color = colors.series[i % colors.series.size()];
        graph->setPen(QPen(color, 2, i < colors.series.size() ? Qt::SolidLine : Qt::DashLine));
        graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, color, color, 6));
        for (const ErrorSeries::Point& point : m_series[i].points) {
            const double error = std::max(point.error, leastError);
            graph->addData(point.evaluations, error);
            fewest = std::min(fewest, double(point.evaluations));
            most = std::max(most, double(point.evaluations));
            least = std::min(least, error);
            largest = std::max(largest, error);
        }
    }
    if (largest > 0) {
        m_plot->xAxis->setRange(fewest / 1.2, most * 1.2);
        m_plot->yAxis->setRange(least / 1.5, largest * 1.5);
        for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis})
            axis->setTicker(tickerFor(axis->range()));
    }
    m_plot->legend->setBrush(colors.surface);
    m_plot->legend->setBorderPen(QPen(colors.separator));
    m_plot->legend->setTextColor(colors.text);
    m_plot->legend->setFont(captionFont(m_plot->font()));
    m_title->setTextColor(colors.mutedText);
    m_title->setFont(captionFont(m_plot->font()));
    m_empty->setVisible(m_series.empty());
    m_plot->setVisible(!m_series.empty());
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

QImage ErrorPlot::picture() const
{
    constexpr double pixelsPerPoint = 2;
    const QPalette shown = m_plot->palette();
    m_plot->setPalette(makePalette(lightColors()));
    const QImage image = m_plot->toPixmap(0, 0, pixelsPerPoint).toImage();
    m_plot->setPalette(shown);
    return image;
}

}  // namespace diffuscope::ui
