// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/step_plot.h"

#include "ui/document/session_document.h"
#include "ui/plots/cursor_bar.h"
#include "ui/plots/frame_plot.h"
#include "ui/plots/playhead_line.h"
#include "ui/plots/step_series.h"
#include "ui/theme/plot_library.h"
#include "ui/theme/plot_style.h"
#include "ui/theme/symbols.h"
#include "ui/theme/theme_colors.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/readout.h"
#include "ui/widgets/uniform_flow_layout.h"

#include <QLabel>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>

namespace diffuscope::ui {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// How a quantity is drawn; indexed by StepQuantity.
struct Drawing
{
    int series;    ///< into ThemeColors::series
    bool isTime;   ///< in ms on the right axis, dashed
    bool isShown;  ///< at first
};

constexpr std::array<Drawing, StepPlot::quantityCount> drawings{{
    {0, false, true},
    {1, false, true},
    {2, false, true},
    {4, true, true},
    {5, true, false},
}};

double valueOf(const record::StepQuantities& quantities, int quantity)
{
    switch (StepQuantity(quantity)) {
        case StepQuantity::x0HatChange:
            return quantities.x0HatChange.value_or(none);
        case StepQuantity::epsHat:
            return quantities.epsHat.value_or(none);
        case StepQuantity::guidanceDifference:
            return quantities.guidanceDifference.value_or(none);
        case StepQuantity::networkMs:
            return quantities.networkMs;
        case StepQuantity::totalMs:
            return quantities.totalMs;
    }
    return none;
}

/// The next of 1, 1.5, 2, 3, 5, 7 × 10ⁿ above `value`, so that the axis moves seldom while a run grows.
double niceAbove(double value)
{
    if (!(value > 0) || !std::isfinite(value))
        return 1;
    const double unit = std::pow(10.0, std::floor(std::log10(value)));
    for (const double step : {1.0, 1.5, 2.0, 3.0, 5.0, 7.0})
        if (value <= step * unit)
            return step * unit;
    return 10 * unit;
}

}  // namespace

StepPlot::StepPlot(SessionDocument& document, QWidget* parent)
    : QWidget(parent), m_document(document), m_series(new StepSeries(this))
{
    setObjectName(QStringLiteral("stepPlotView"));
    setAccessibleName(tr("Quantities of each step"));

    const ViewPages pages =
        addPages(*this, QStringLiteral("stepPlotEmptyLabel"),
                 tr("Each step's change, noise, guidance and time appear here while images are sampled.\n"
                    "Choose a model and a class in the recipe."));
    makePlot();
    m_pages = pages.stack;
    pages.content->addWidget(new CursorBar(m_document, QStringLiteral("step")));
    pages.content->addWidget(m_plot, 1);
    pages.content->addWidget(makeSwitches());

    m_frames = new FramePlot(m_document, *m_plot, [this](int frame) { return pointsAt(frame); });
    stylePlot(*m_plot, [this] { restyle(); });
    connect(m_frames, &FramePlot::keysChanged, this, [this] {
        clearGraphs();
        appendPoints();
    });
    connect(m_series, &StepSeries::restarted, this, &StepPlot::clearGraphs);
    connect(m_series, &StepSeries::grew, this, &StepPlot::appendPoints);
    connect(&m_document, &SessionDocument::trajectoryChanged, this, &StepPlot::takeRun);
    connect(&m_document, &SessionDocument::selectionChanged, this, &StepPlot::takeRun);
    connect(&m_document, &SessionDocument::playheadChanged, this, &StepPlot::showValues);
    connect(&m_document.cursors(), &PlotCursors::secondChanged, this, &StepPlot::showValues);
    takeRun();
}

QSize StepPlot::sizeHint() const
{
    return {380, 240};
}

QSize StepPlot::minimumSizeHint() const
{
    return {200, 150};
}

QWidget* StepPlot::makeSwitches()
{
    auto* row = new QWidget;
    row->setObjectName(QStringLiteral("stepSwitches"));
    auto* layout = new UniformFlowLayout(row);
    layout->setContentsMargins(6, 2, 6, 4);
    layout->setSpacing(4);
    const auto add = [&](StepQuantity quantity, const QString& caption, const QString& name,
                         const QString& spoken, const QString& tip) {
        const auto place = std::size_t(quantity);
        const Drawing& drawing = drawings[place];
        auto* toggle = new SeriesSwitch(caption, QStringLiteral("8888.8"), drawing.series, drawing.isTime);
        toggle->setObjectName(name);
        toggle->setAccessibleName(spoken);
        toggle->setToolTip(richTip(tip));
        toggle->setChecked(drawing.isShown);
        m_graphs[place]->setVisible(drawing.isShown);
        connect(toggle, &QAbstractButton::toggled, this, [this, quantity](bool shown) {
            m_graphs[std::size_t(quantity)]->setVisible(shown);
            rescale();
            m_plot->replot(QCustomPlot::rpQueuedReplot);
            m_frames->moveCursors();
            showValues();
            Q_EMIT shownChanged(quantity, shown);
        });
        m_switches[place] = toggle;
        layout->addWidget(toggle);
    };
    const QString sample =
        tr("Root mean square over the picked image, or over the batch (of a large one, evenly spaced "
           "images: about 20 of 28×28).");
    add(StepQuantity::x0HatChange, tr("‖Δ%1‖").arg(x0HatSymbol()), QStringLiteral("x0HatChangeSwitch"),
        tr("Change of the clean estimate"),
        tr("How far the estimate of the clean image moved since the step before.") + QLatin1Char(' ') +
            sample);
    add(StepQuantity::epsHat, tr("‖ε̂‖"), QStringLiteral("epsHatSwitch"), tr("Size of the noise estimate"),
        tr("How large the noise estimate is; noise as in training has 1.") + QLatin1Char(' ') + sample);
    add(StepQuantity::guidanceDifference, tr("‖ε̂ᶜ−ε̂ᵘ‖"), QStringLiteral("guidanceDifferenceSwitch"),
        tr("Size of the guidance difference"),
        tr("How far the noise estimates with and without the condition differ, where guidance is on.") +
            QLatin1Char(' ') + sample);
    add(StepQuantity::networkMs, tr("network ms"), QStringLiteral("networkMsSwitch"),
        tr("Network time in milliseconds"), tr("Time inside the network in this step, on the right axis."));
    add(StepQuantity::totalMs, tr("step ms"), QStringLiteral("totalMsSwitch"),
        tr("Step time in milliseconds"),
        tr("Time of the whole step with sampler and recording, on the right axis."));
    return row;
}

void StepPlot::makePlot()
{
    m_plot = new QCustomPlot;
    m_plot->setObjectName(QStringLiteral("stepPlot"));
    m_plot->setAccessibleName(tr("Quantities over the steps"));
    m_plot->setToolTip(
        richTip(tr("Hover to preview a step, click or drag to go there; Ctrl+click puts cursor B.")));
    m_plot->setMinimumHeight(80);
    m_plot->yAxis2->setLabel(tr("ms"));
    for (QCPAxis* axis : {m_plot->yAxis, m_plot->yAxis2}) {
        auto ticker = QSharedPointer<QCPAxisTicker>::create();
        ticker->setTickCount(4);
        axis->setTicker(ticker);
        axis->setNumberFormat(QStringLiteral("gb"));
        axis->setNumberPrecision(6);  // no powers of ten before a million ms
    }
    // Times jitter: they are drawn beneath the norms.
    m_plot->addLayer(QStringLiteral("times"), m_plot->layer(QStringLiteral("main")), QCustomPlot::limBelow);
    for (int quantity = 0; quantity < quantityCount; ++quantity) {
        QCPGraph* graph = m_plot->addGraph(m_plot->xAxis, axisOf(quantity));
        if (drawings[std::size_t(quantity)].isTime)
            graph->setLayer(QStringLiteral("times"));
        m_graphs[std::size_t(quantity)] = graph;
    }
}

QCPAxis* StepPlot::axisOf(int quantity) const
{
    return drawings[std::size_t(quantity)].isTime ? m_plot->yAxis2 : m_plot->yAxis;
}

bool StepPlot::shows(StepQuantity quantity) const
{
    return m_switches[std::size_t(quantity)]->isChecked();
}

void StepPlot::setShown(StepQuantity quantity, bool shown)
{
    m_switches[std::size_t(quantity)]->setChecked(shown);
}

void StepPlot::takeRun()
{
    const RunUpdate& run = m_document.shownRun();
    m_series->follow(run.run, run.trajectory, m_document.selectedImage());
    m_pages->setCurrentIndex(m_document.trajectory().size() > 0 ? 1 : 0);
    showSubject();
    restyle();
    showValues();
}

/// Whose numbers these are.
void StepPlot::showSubject()
{
    const auto& frames = m_document.trajectory().frames;
    const int selected = m_document.selectedImage();
    const int images = frames.empty() ? 1 : int(record::figureImages(frames.front()->shape, -1).size());
    const QString subject = images == 1     ? tr("RMS of the image")
                            : selected >= 0 ? tr("RMS of image %1").arg(selected + 1)
                                            : tr("RMS, mean of %1 images").arg(images);
    if (m_plot->yAxis->label() == subject)
        return;
    m_plot->yAxis->setLabel(subject);
    m_plot->setAccessibleDescription(subject);
}

void StepPlot::clearGraphs()
{
    for (QCPGraph* graph : m_graphs)
        graph->data()->clear();
    m_plotted = 0;
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void StepPlot::appendPoints()
{
    const int known = std::min(int(m_series->quantities().size()), m_frames->keys().size());
    for (; m_plotted < known; ++m_plotted) {
        if (m_series->frame(m_plotted).isResult())
            continue;
        for (int quantity = 0; quantity < quantityCount; ++quantity)
            m_graphs[std::size_t(quantity)]->addData(m_frames->key(m_plotted), value(m_plotted, quantity));
    }
    rescale();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
    m_frames->moveCursors();
    showValues();
}

void StepPlot::rescale()
{
    double highest[2] = {0, 0};
    bool anyShown[2] = {false, false};
    for (int quantity = 0; quantity < quantityCount; ++quantity) {
        const QCPGraph& graph = *m_graphs[std::size_t(quantity)];
        if (!graph.visible())
            continue;
        const bool isTime = drawings[std::size_t(quantity)].isTime;
        anyShown[isTime] = true;
        for (const QCPGraphData& point : *graph.data())
            if (std::isfinite(point.value))
                highest[isTime] = std::max(highest[isTime], point.value);
    }
    for (const bool isTime : {false, true}) {
        const double top = niceAbove(highest[isTime]);
        (isTime ? m_plot->yAxis2 : m_plot->yAxis)->setRange(0, top * 1.06);
    }
    m_plot->yAxis2->setVisible(anyShown[true]);
    m_plot->yAxis->setTickLabels(anyShown[false]);
    m_plot->yAxis->setTicks(anyShown[false]);
}

void StepPlot::restyle()
{
    leaveRoomForLabels(*m_plot);
    const ThemeColors& colors = themeColors(m_plot->palette());
    const bool isShort = m_document.trajectory().plannedFrames <= 101;
    for (std::size_t quantity = 0; quantity < quantityCount; ++quantity) {
        const Drawing& drawing = drawings[quantity];
        const QColor& color = colors.series[std::size_t(drawing.series)];
        QPen pen(color, 1.5);
        if (drawing.isTime)
            pen = QPen(color, isShort ? 1.5 : 1, Qt::DashLine);
        m_graphs[quantity]->setPen(pen);
        m_graphs[quantity]->setScatterStyle(
            isShort && !drawing.isTime
                ? QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(color, 1), QBrush(color), 3.5)
                : QCPScatterStyle(QCPScatterStyle::ssNone));
    }
    m_frames->moveCursors();
}

/// NaN for the result, which has no step, and for what is not known.
double StepPlot::value(int frame, int quantity) const
{
    const auto& all = m_series->quantities();
    if (frame < 0 || frame >= int(all.size()) || m_series->frame(frame).isResult())
        return none;
    // An evaluation that was known took no time here; 0 ms would say that the network is fast.
    const RunUpdate& run = m_document.shownRun();
    const bool isKnown = frame == 0 && run.reusedEvaluations > 0 && !run.from;
    if (isKnown && drawings[std::size_t(quantity)].isTime)
        return none;
    return valueOf(all[std::size_t(frame)], quantity);
}

/// The step whose values are shown at a frame: at rest, at the result, the last one.
int StepPlot::stepOf(int frame) const
{
    const auto& all = m_series->quantities();
    const bool isResult = frame > 0 && frame < int(all.size()) && m_series->frame(frame).isResult();
    return isResult ? frame - 1 : frame;
}

std::vector<PlayheadPoint> StepPlot::pointsAt(int frame) const
{
    const ThemeColors& colors = themeColors(m_plot->palette());
    std::vector<PlayheadPoint> points;
    for (int quantity = 0; quantity < quantityCount; ++quantity) {
        const auto place = std::size_t(quantity);
        if (const double at = value(frame, quantity); m_graphs[place]->visible() && std::isfinite(at))
            points.push_back({m_frames->key(frame), at, axisOf(quantity),
                              colors.series[std::size_t(drawings[place].series)]});
    }
    return points;
}

void StepPlot::showValues()
{
    const int first = stepOf(m_document.playhead());
    const int second = m_document.cursors().second() < 0 ? -1 : stepOf(m_document.cursors().second());
    for (int quantity = 0; quantity < quantityCount; ++quantity) {
        SeriesSwitch& readout = *m_switches[std::size_t(quantity)];
        const double a = value(first, quantity);
        readout.setValue(numberText(a, locale()));
        const double b = value(second, quantity);
        readout.setSecond(
            second < 0 ? std::nullopt
                       : std::optional(SecondValue{numberText(b, locale()), numberText(b - a, locale())}));
    }
}

}  // namespace diffuscope::ui
