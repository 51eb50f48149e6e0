// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/curves_view.h"

#include "core/schedule/same_levels.h"
#include "ui/document/session_document.h"
#include "ui/plots/curve_tabs.h"
#include "ui/plots/decade_ticker.h"
#include "ui/plots/drawn_schedule_editor.h"
#include "ui/plots/level_readouts.h"
#include "ui/plots/playhead_line.h"
#include "ui/plots/playhead_link.h"
#include "ui/plots/visited_ticks.h"
#include "ui/theme/fonts.h"
#include "ui/theme/plot_style.h"
#include "ui/theme/theme_colors.h"
#include "ui/widgets/empty_state.h"

#include <QLabel>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>

namespace diffuscope::ui {

namespace {

QVector<double> toVector(const std::vector<double>& values)
{
    return QVector<double>(values.begin(), values.end());
}

/// Large enough to see, small enough to leave gaps.
double markerSize(std::size_t count)
{
    return count <= 60 ? 6 : count <= 200 ? 4 : 2.5;
}

}  // namespace

CurvesView::CurvesView(SessionDocument& document, QWidget* parent) : QWidget(parent), m_document(document)
{
    setObjectName(QStringLiteral("curvesView"));
    setAccessibleName(tr("Noise schedule curves"));

    const ViewPages pages = addPages(*this, QStringLiteral("curvesEmptyLabel"),
                                     tr("The schedule's curves appear with the first sampled image.\n"
                                        "Choose a model and a class in the recipe."));
    makePlot();
    m_readouts = new LevelReadouts;
    m_pages = pages.stack;
    m_tabs = new CurveTabs(*m_drawing->menu());
    connect(m_tabs, &CurveTabs::chosen, this, [this](CurveSet set) {
        m_drawing->setCurveSet(set);
        rebuildCurves();
        movePlayhead();
        m_document.view().setCurve(m_tabs->id());
    });
    connect(&m_document.view(), &ViewState::curveChanged, m_tabs, &CurveTabs::chooseById);
    m_tabs->chooseById(m_document.view().curve());
    pages.content->addWidget(m_tabs);
    pages.content->addWidget(m_plot, 1);
    pages.content->addWidget(makeHint());
    pages.content->addWidget(m_readouts);

    linkPlayhead(*m_playhead, m_document, [this](double key) { return nearestFrame(key); });
    stylePlot(*m_plot, [this] { restyle(); });
    connect(&m_document, &SessionDocument::trajectoryChanged, this, &CurvesView::takeRun);
    connect(&m_document, &SessionDocument::playheadChanged, this, &CurvesView::movePlayhead);
    connect(&m_document.cursors(), &PlotCursors::secondChanged, this, &CurvesView::movePlayhead);
    connect(m_drawing, &DrawnScheduleEditor::changed, this, &CurvesView::takeDrawing);
    connect(m_drawing, &DrawnScheduleEditor::drawingBegan, this, [this] {
        if (curveSet() == CurveSet::beta)
            setCurveSet(CurveSet::alphaBar);
    });
    takeRun();
}

QSize CurvesView::sizeHint() const
{
    return {380, 300};
}

QSize CurvesView::minimumSizeHint() const
{
    return {200, 180};
}

/// What the hand can do, or the numbers of the point under it.
QLabel* CurvesView::makeHint()
{
    m_hint = new QLabel;
    m_hint->setObjectName(QStringLiteral("drawHint"));
    m_hint->setAccessibleName(tr("Point of the drawn schedule"));
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    m_hint->setContentsMargins(10, 4, 10, 0);
    const auto update = [this] {
        m_hint->setText(m_drawing->hint());
        m_hint->setVisible(m_drawing->isDrawing());
    };
    connect(m_drawing, &DrawnScheduleEditor::hintChanged, m_hint, update);
    connect(m_drawing, &DrawnScheduleEditor::changed, m_hint, update);
    update();
    return m_hint;
}

void CurvesView::makePlot()
{
    m_plot = new QCustomPlot;
    m_plot->setObjectName(QStringLiteral("curvesPlot"));
    m_plot->setAccessibleName(tr("Curve over training time"));
    m_plot->setToolTip(richTip(tr(
        "Hover to preview the frame nearest in time, click or drag to go there; Ctrl+click puts "
        "cursor B. Sampling runs from right (noise) to left (image); short ticks are the times it visits.")));
    m_plot->setMinimumHeight(90);
    m_plot->xAxis->setLabel(tr("training time t"));
    for (int curve = 0; curve < mostCurves; ++curve)
        m_trainingGraphs[std::size_t(curve)] = m_plot->addGraph();
    for (int curve = 0; curve < mostCurves; ++curve) {
        m_graphs[std::size_t(curve)] = m_plot->addGraph();
        m_visitedGraphs[std::size_t(curve)] = m_plot->addGraph();
        m_visitedGraphs[std::size_t(curve)]->setLineStyle(QCPGraph::lsNone);
    }
    m_ticks = new VisitedTicks(m_plot);
    m_legend = m_plot->legend;
    m_playhead = new PlayheadLine(*m_plot);
    m_drawing = new DrawnScheduleEditor(m_document, *m_plot);
}

CurveSet CurvesView::curveSet() const
{
    return m_tabs->set();
}

void CurvesView::setCurveSet(CurveSet set)
{
    m_tabs->choose(set);
}

void CurvesView::setTrainingSchedule(std::shared_ptr<const schedule::NoiseSchedule> schedule)
{
    m_training = std::move(schedule);
    m_drawing->setTraining(m_training);
    rebuildCurves();
    movePlayhead();
}

void CurvesView::takeRun()
{
    const RunUpdate& run = m_document.shownRun();
    const bool isNew = run.schedule && run.grid && (run.schedule != m_schedule || run.grid != m_grid);
    if (isNew) {
        // A slider that is dragged makes run after run on the same levels: nothing to draw again.
        const bool isSame = m_schedule && schedule::haveSameLevels(*m_schedule, *run.schedule) &&
                            m_grid->levels == run.grid->levels && m_schedule->name() == run.schedule->name();
        m_schedule = run.schedule;
        m_grid = run.grid;
        if (!isSame)
            rebuildCurves();
    }
    m_pages->setCurrentIndex(m_schedule ? 1 : 0);
    movePlayhead();
}

void CurvesView::takeDrawing()
{
    rebuildCurves();
    movePlayhead();
}

const std::shared_ptr<const schedule::NoiseSchedule>& CurvesView::shownSchedule() const
{
    return m_drawing->isDrawing() ? m_drawing->schedule() : m_schedule;
}

bool CurvesView::showsTraining() const
{
    return m_training && m_schedule && !schedule::haveSameLevels(*m_training, *shownSchedule());
}

QString CurvesView::curveName(CurveSet set, int curve) const
{
    if (set != CurveSet::coefficients)
        return tr("in use");
    if (!shownSchedule()->isVariancePreserving())
        return curve == 0 ? tr("α") : tr("σ");
    return curve == 0 ? tr("√ᾱ") : tr("√(1−ᾱ)");
}

void CurvesView::rebuildCurves()
{
    if (!m_schedule)
        return;
    const CurveSet set = curveSet();
    const std::vector<double> times = visitedTimes(*m_grid);
    const bool training = showsTraining();
    for (int curve = 0; curve < mostCurves; ++curve) {
        const auto place = std::size_t(curve);
        const bool used = curve < curveCount(set);
        for (QCPGraph* graph : {m_trainingGraphs[place], m_graphs[place], m_visitedGraphs[place]})
            graph->data()->clear();
        m_trainingGraphs[place]->setVisible(used && training);
        m_graphs[place]->setVisible(used);
        m_visitedGraphs[place]->setVisible(used);
        if (!used)
            continue;
        const auto fill = [&](QCPGraph& graph, const schedule::NoiseSchedule& source) {
            QVector<double> keys(source.levels());
            for (int t = 0; t < source.levels(); ++t)
                keys[t] = t;
            graph.setData(keys, toVector(curveValues(set, curve, source)), true);
        };
        fill(*m_graphs[place], *shownSchedule());
        if (training)
            fill(*m_trainingGraphs[place], *m_training);
        for (const schedule::NoiseLevel& level : m_grid->levels)
            if (!level.isClean())
                m_visitedGraphs[place]->addData(level.t, curveValue(set, curve, *m_schedule, level));
    }
    m_ticks->setTimes(times);
    rebuildLegend(set);
    // Under a hand the axes stand still.
    if (!m_drawing->isDragging())
        rescale(set);
    restyle();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void CurvesView::rebuildLegend(CurveSet set)
{
    m_legend->clearItems();
    const bool training = showsTraining();
    m_legend->setVisible(training || curveCount(set) > 1);
    for (int curve = 0; curve < curveCount(set); ++curve) {
        m_graphs[std::size_t(curve)]->setName(curveName(set, curve));
        m_graphs[std::size_t(curve)]->addToLegend(m_legend);
        m_visitedGraphs[std::size_t(curve)]->setName(QStringLiteral("visited"));
    }
    if (training) {
        m_trainingGraphs[0]->setName(tr("of training"));
        m_trainingGraphs[0]->addToLegend(m_legend);
    }
    // Where no curve passes: right of where the coefficients cross, else in the corner the curve does not
    // reach.
    const bool falls = set == CurveSet::alphaBar || set == CurveSet::snr;
    const Qt::Alignment place = set == CurveSet::coefficients ? Qt::AlignRight | Qt::AlignVCenter
                                : falls                       ? Qt::AlignRight | Qt::AlignTop
                                                              : Qt::AlignLeft | Qt::AlignTop;
    m_plot->axisRect()->insetLayout()->setInsetAlignment(0, place);
}

void CurvesView::rescale(CurveSet set)
{
    const double last = shownSchedule()->levels() - 1;
    m_plot->xAxis->setRange(-0.035 * std::max(last, 1.0), 1.02 * std::max(last, 1.0));

    double low = std::numeric_limits<double>::infinity();
    double high = 0;
    for (const auto* graphs : {&m_graphs, &m_trainingGraphs})
        for (const QCPGraph* graph : *graphs)
            for (const QCPGraphData& point : *graph->data())
                if (std::isfinite(point.value) && point.value > 0) {
                    low = std::min(low, point.value);
                    high = std::max(high, point.value);
                }
    if (!(high > 0))
        low = high = 1;
    QCPAxis* axis = m_plot->yAxis;
    if (isLogarithmic(set)) {
        axis->setScaleType(QCPAxis::stLogarithmic);
        auto ticker = QSharedPointer<DecadeTicker>::create();
        ticker->setTickCount(6);
        axis->setTicker(ticker);
        axis->setNumberFormat(QStringLiteral("eb"));
        axis->setNumberPrecision(0);
        axis->setRange(low / 2, high * 2);
    } else {
        axis->setScaleType(QCPAxis::stLinear);
        auto ticker = QSharedPointer<QCPAxisTicker>::create();
        ticker->setTickCount(5);
        axis->setTicker(ticker);
        axis->setNumberFormat(QStringLiteral("gb"));
        axis->setNumberPrecision(3);
        axis->setRange(-0.03 * high, 1.05 * high);
    }
}

void CurvesView::restyle()
{
    leaveRoomForLabels(*m_plot);
    const ThemeColors& colors = themeColors(m_plot->palette());
    const std::size_t count = m_ticks->times().size();
    for (std::size_t curve = 0; curve < mostCurves; ++curve) {
        const QColor& color = colors.series[curve];
        m_trainingGraphs[curve]->setPen(QPen(colors.disabledText, 1.5));
        m_graphs[curve]->setPen(QPen(color, 1.75));
        m_visitedGraphs[curve]->setPen(QPen(color, 1));
        m_visitedGraphs[curve]->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(color, 1),
                                                                QBrush(colors.surface), markerSize(count)));
    }
    m_ticks->setColor(count <= 200 ? colors.mutedText : colors.outline);
    QColor backdrop = colors.surface;
    backdrop.setAlpha(220);
    m_legend->setBrush(backdrop);
    m_legend->setBorderPen(Qt::NoPen);
    m_legend->setFont(captionFont(m_plot->font()));
    m_legend->setTextColor(colors.mutedText);
    m_legend->setIconSize(16, 10);
    for (int i = 0; i < m_legend->itemCount(); ++i) {
        m_legend->item(i)->setFont(m_legend->font());
        m_legend->item(i)->setTextColor(colors.mutedText);
    }
    if (m_playhead->isShown())
        movePlayhead();
}

double CurvesView::keyOf(const schedule::NoiseLevel& level) const
{
    return level.isClean() ? -0.02 * std::max(m_schedule->levels() - 1, 1) : level.t;
}

int CurvesView::nearestFrame(double key) const
{
    const auto& frames = m_document.trajectory().frames;
    int nearest = -1;
    double least = 0;
    for (int i = 0; m_schedule && i < int(frames.size()); ++i) {
        const double distance = std::abs(keyOf(frames[std::size_t(i)]->level) - key);
        if (nearest < 0 || distance < least) {
            nearest = i;
            least = distance;
        }
    }
    return nearest;
}

std::vector<PlayheadPoint> CurvesView::pointsAt(const schedule::NoiseLevel& level) const
{
    const CurveSet set = curveSet();
    const ThemeColors& colors = themeColors(m_plot->palette());
    std::vector<PlayheadPoint> points;
    for (int curve = 0; curve < curveCount(set); ++curve)
        points.push_back({keyOf(level), curveValue(set, curve, *m_schedule, level), m_plot->yAxis,
                          colors.series[std::size_t(curve)]});
    return points;
}

void CurvesView::movePlayhead()
{
    const auto& frames = m_document.trajectory().frames;
    const auto levelAt = [&](int frame) {
        return frame >= 0 && frame < int(frames.size()) ? &frames[std::size_t(frame)]->level : nullptr;
    };
    const schedule::NoiseLevel* first = levelAt(m_document.playhead());
    const schedule::NoiseLevel* second = levelAt(m_document.cursors().second());
    m_readouts->setLevels(first, second, shownSchedule().get(), showsTraining() ? m_training.get() : nullptr);
    if (second && m_schedule)
        m_playhead->moveSecondTo(keyOf(*second), pointsAt(*second));
    else
        m_playhead->hideSecond();
    if (!first || !m_schedule)
        return m_playhead->hide();
    std::optional<double> rest;
    if (const auto* committed = levelAt(m_document.committedFrame()); committed && m_document.isPreviewing())
        rest = keyOf(*committed);
    m_playhead->moveTo(keyOf(*first), pointsAt(*first), rest);
}

}  // namespace diffuscope::ui
