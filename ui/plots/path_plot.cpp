// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/path_plot.h"

#include "ui/document/session_document.h"
#include "ui/plots/path_overlay.h"
#include "ui/plots/path_series.h"
#include "ui/theme/fonts.h"
#include "ui/theme/layer_colors.h"
#include "ui/theme/plot_library.h"
#include "ui/theme/plot_style.h"
#include "ui/theme/symbols.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/segment_button.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QStackedLayout>

#include <algorithm>
#include <cmath>
#include <limits>

namespace diffuscope::ui {

namespace {

constexpr double dotReachPx = 18;
/// More dots than this hide the lines.
constexpr int mostDots = 1400;
constexpr int mostLinePoints = 12000;

}  // namespace

PathPlot::PathPlot(SessionDocument& document, QWidget* parent)
    : QWidget(parent), m_document(document), m_layer(record::Layer::x0Hat), m_series(new PathSeries(this))
{
    setObjectName(QStringLiteral("pathPlotView"));
    setAccessibleName(tr("Paths of the images"));
    const ViewPages pages =
        addPages(*this, QStringLiteral("pathPlotEmptyLabel"),
                 tr("The paths that images take from noise to result appear here while they are sampled.\n"
                    "Choose a model and a class in the recipe."));
    m_pages = pages.stack;
    makePlot();
    pages.content->addWidget(makeBar());
    pages.content->addWidget(m_plot, 1);
    stylePlot(*m_plot, [this] { restyle(); });
    connect(m_series, &PathSeries::changed, this, &PathPlot::plotAgain);
    connect(&m_document, &SessionDocument::trajectoryChanged, this, &PathPlot::follow);
    connect(&m_document, &SessionDocument::playheadChanged, this, &PathPlot::moveCursors);
    connect(&m_document, &SessionDocument::selectionChanged, this, &PathPlot::restyle);
    connect(&m_document.cursors(), &PlotCursors::secondChanged, this, &PathPlot::moveCursors);
    follow();
}

QSize PathPlot::sizeHint() const
{
    return {380, 300};
}

QSize PathPlot::minimumSizeHint() const
{
    return {200, 150};
}

QWidget* PathPlot::makeBar()
{
    auto* bar = new QWidget;
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(6, 3, 6, 3);
    row->setSpacing(2);
    m_layers = new QButtonGroup(this);
    for (const record::Layer layer : {record::Layer::x0Hat, record::Layer::xt}) {
        auto* button = new SegmentButton;
        const bool isEstimate = layer == record::Layer::x0Hat;
        button->setObjectName(isEstimate ? QStringLiteral("pathOfX0Hat") : QStringLiteral("pathOfXt"));
        button->setText(isEstimate ? x0HatSymbol() : QStringLiteral("xₜ"));
        button->setAccessibleName(isEstimate ? tr("Paths of the clean estimate") : tr("Paths of the state"));
        button->setToolTip(isEstimate ? tr("Show how the estimates of the clean images travel.")
                                      : tr("Show how the states travel from noise to result."));
        button->setMinimumWidth(36);
        m_layers->addButton(button, int(layer));
        row->addWidget(button);
    }
    m_layers->button(int(m_layer))->setChecked(true);
    connect(m_layers, &QButtonGroup::idClicked, this, [this](int id) { setLayer(record::Layer(id)); });
    m_text = new QLabel;
    m_text->setObjectName(QStringLiteral("pathText"));
    m_text->setForegroundRole(QPalette::PlaceholderText);
    m_text->setContentsMargins(6, 0, 0, 0);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    row->addWidget(m_text, 1);
    return bar;
}

void PathPlot::makePlot()
{
    m_plot = new QCustomPlot;
    m_plot->setObjectName(QStringLiteral("pathPlot"));
    m_plot->setAccessibleName(tr("Paths in the plane of their two principal components"));
    m_plot->setToolTip(richTip(
        tr("Every line is an image on its way from noise to result, seen in the plane in which all of them "
           "spread the most; the percentages say how much of their variance an axis holds. Hover a dot to "
           "preview its frame, click to go there and pick the image.")));
    m_plot->setMinimumHeight(80);
    m_plot->setMouseTracking(true);
    m_plot->setFocusPolicy(Qt::StrongFocus);
    m_plot->installEventFilter(this);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        auto ticker = QSharedPointer<QCPAxisTicker>::create();
        ticker->setTickCount(4);
        axis->setTicker(ticker);
        axis->setSubTicks(false);
    }
    m_overlay = new PathOverlay(*m_plot);
    // The layout decides how large the axes are, after their ticks were made.
    connect(m_plot, &QCustomPlot::afterLayout, this, [this] {
        if (m_plot->axisRect()->rect().size() == m_fittedSize)
            return;
        fitAxes();
        m_plot->replot(QCustomPlot::rpQueuedReplot);
    });
    connect(m_plot, &QCustomPlot::afterReplot, this, [this] {
        m_series->setShowingMs(m_plot->replotTime(true));
        m_overlay->setGeometry(m_plot->rect());
        moveCursors();
        m_overlay->update();
    });
}

void PathPlot::setComparedRuns(const std::vector<RunUpdate>& runs)
{
    m_compared = runs;
    follow();
}

void PathPlot::setLayer(record::Layer layer)
{
    m_layer = layer;
    m_layers->button(int(layer))->setChecked(true);
    follow();
}

void PathPlot::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    follow();
}

void PathPlot::follow()
{
    const RunUpdate& shown = m_document.shownRun();
    m_pages->setCurrentIndex(shown.trajectory->size() > 0 ? 1 : 0);
    if (!isVisible())
        return;
    std::vector<RunUpdate> runs;
    for (const RunUpdate& run : m_compared)
        if (run.run != shown.run || run.recipe != shown.recipe)
            runs.push_back(run);
    runs.push_back(shown);
    m_series->follow(runs, m_layer);
}

/// Lines are thinned where there are more points than a screen shows; dots are only drawn where they are few.
void PathPlot::plotAgain()
{
    m_plot->clearPlottables();
    std::size_t points = 0;
    for (const PathSeries::Path& path : m_series->paths())
        points += path.places.size() * path.images.size();
    const std::size_t stride = points / mostLinePoints + 1;
    for (const PathSeries::Path& path : m_series->paths())
        for (std::size_t i = 0; i < path.images.size(); ++i) {
            auto* curve = new QCPCurve(m_plot->xAxis, m_plot->yAxis);
            QVector<double> x, y;
            for (std::size_t frame = 0; frame < path.places.size(); ++frame)
                if (frame % stride == 0 || frame + 1 == path.places.size()) {
                    x.append(path.places[frame][i][0]);
                    y.append(path.places[frame][i][1]);
                }
            curve->setData(x, y);
        }
    const auto explained = m_series->explained();
    const auto label = [this](int number, double share) {
        return tr("component %1 (%2 %)").arg(number).arg(locale().toString(100 * share, 'f', 0));
    };
    m_plot->xAxis->setLabel(label(1, explained[0]));
    m_plot->yAxis->setLabel(label(2, explained[1]));
    const int images = m_series->paths().empty() ? 0 : int(m_series->paths().back().images.size());
    const auto runs = m_series->paths().size();
    m_text->setText(runs > 1      ? tr("%1 runs of %2 in one plane").arg(runs).arg(images)
                    : images == 1 ? tr("1 image")
                                  : tr("%1 images in one plane").arg(images));
    fitAxes();
    restyle();
}

void PathPlot::restyle()
{
    leaveRoomForLabels(*m_plot);
    const ThemeColors& colors = themeColors(m_plot->palette());
    const bool isAlone = m_series->paths().size() == 1;
    int total = 0;
    for (const PathSeries::Path& path : m_series->paths())
        total += int(path.places.size() * path.images.size());
    int curve = 0;
    for (std::size_t run = 0; run < m_series->paths().size(); ++run) {
        const PathSeries::Path& path = m_series->paths()[run];
        const bool isShown = run + 1 == m_series->paths().size();
        for (const int image : path.images) {
            // As beside each other in the comparison: the shown run first, then the others.
            const std::size_t place = isShown ? 0 : run + 1;
            QColor color = isAlone ? layerColor(m_layer, m_plot->palette())
                                   : colors.series[place % colors.series.size()];
            const bool isPicked = image == m_document.selectedImage();
            const bool isFaint = m_document.selectedImage() >= 0 && !isPicked;
            color.setAlphaF(isFaint ? 0.28F : isPicked ? 1.0F : 0.75F);
            auto* line = static_cast<QCPCurve*>(m_plot->plottable(curve++));
            line->setPen(QPen(color, isPicked ? 2.2 : isShown ? 1.2 : 1));
            line->setScatterStyle(
                total <= mostDots || (isPicked && path.places.size() <= 300)
                    ? QCPScatterStyle(QCPScatterStyle::ssDisc, color, color, isPicked ? 5 : 3)
                    : QCPScatterStyle(QCPScatterStyle::ssNone));
            line->setLayer(isPicked ? QStringLiteral("axes") : QStringLiteral("main"));
        }
    }
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

/// As large as everything fits, at one scale for both axes.
void PathPlot::fitAxes()
{
    double low[2], high[2];
    std::fill(std::begin(low), std::end(low), std::numeric_limits<double>::infinity());
    std::fill(std::begin(high), std::end(high), -std::numeric_limits<double>::infinity());
    for (const PathSeries::Path& path : m_series->paths())
        for (const auto& places : path.places)
            for (const PathSeries::Place& place : places)
                for (std::size_t axis = 0; axis < 2; ++axis) {
                    low[axis] = std::min(low[axis], place[axis]);
                    high[axis] = std::max(high[axis], place[axis]);
                }
    const QRect area = m_plot->axisRect()->rect();
    m_fittedSize = area.size();
    if (!(low[0] <= high[0]) || area.width() < 2 || area.height() < 2)
        return;
    constexpr double margin = 1.12;
    const double perPixel =
        margin * std::max({(high[0] - low[0]) / area.width(), (high[1] - low[1]) / area.height(), 1e-9});
    m_plot->xAxis->setRange((low[0] + high[0]) / 2, perPixel * area.width(), Qt::AlignCenter);
    m_plot->yAxis->setRange((low[1] + high[1]) / 2, perPixel * area.height(), Qt::AlignCenter);
}

std::optional<QPointF> PathPlot::positionOf(int frame, int image) const
{
    if (m_series->paths().empty())
        return std::nullopt;
    const PathSeries::Path& path = m_series->paths().back();
    const auto found = std::find(path.images.begin(), path.images.end(), image);
    if (frame < 0 || frame >= int(path.places.size()) || found == path.images.end())
        return std::nullopt;
    const PathSeries::Place& place =
        path.places[std::size_t(frame)].at(std::size_t(found - path.images.begin()));
    return QPointF(m_plot->xAxis->coordToPixel(place[0]), m_plot->yAxis->coordToPixel(place[1]));
}

/// The same place of every run: the frame itself in the shown one, as far into the others.
std::vector<QPointF> PathPlot::dotsOf(int frame) const
{
    std::vector<QPointF> dots;
    if (frame < 0 || m_series->paths().empty())
        return dots;
    const int planned = std::max(m_document.trajectory().plannedFrames, 2);
    for (const PathSeries::Path& path : m_series->paths()) {
        const bool isShown = &path == &m_series->paths().back();
        const int last = int(path.places.size()) - 1;
        const int there = isShown ? frame : int(std::lround(double(frame) / (planned - 1) * last));
        if (there < 0 || there > last)
            continue;
        for (const PathSeries::Place& place : path.places[std::size_t(there)])
            dots.emplace_back(m_plot->xAxis->coordToPixel(place[0]), m_plot->yAxis->coordToPixel(place[1]));
    }
    return dots;
}

void PathPlot::moveCursors()
{
    if (!isVisible())
        return;
    PathOverlay::Marks marks{dotsOf(m_document.playhead()), dotsOf(m_document.cursors().second()), -1};
    if (const auto selected = positionOf(m_document.playhead(), m_document.selectedImage())) {
        const auto found = std::find(marks.first.begin(), marks.first.end(), *selected);
        marks.selected = found == marks.first.end() ? -1 : int(found - marks.first.begin());
    }
    m_overlay->setMarks(marks);
}

std::optional<PathPlot::Dot> PathPlot::dotAt(QPointF position) const
{
    if (m_series->paths().empty())
        return std::nullopt;
    const PathSeries::Path& path = m_series->paths().back();
    const double x = m_plot->xAxis->pixelToCoord(position.x());
    const double y = m_plot->yAxis->pixelToCoord(position.y());
    const double perPixel = m_plot->xAxis->range().size() / std::max(m_plot->axisRect()->width(), 1);
    double least = std::pow(dotReachPx * perPixel, 2);
    std::optional<Dot> nearest;
    for (std::size_t frame = 0; frame < path.places.size(); ++frame)
        for (std::size_t i = 0; i < path.images.size(); ++i) {
            const PathSeries::Place& place = path.places[frame][i];
            const double distance = std::pow(place[0] - x, 2) + std::pow(place[1] - y, 2);
            if (distance < least) {
                least = distance;
                nearest = Dot{int(frame), path.images[i]};
            }
        }
    if (nearest && nearest->frame >= m_document.trajectory().size())
        return std::nullopt;
    return nearest;
}

bool PathPlot::handleMouse(QEvent* event)
{
    const auto* mouse = static_cast<QMouseEvent*>(event);
    const auto dot = dotAt(mouse->position());
    if (event->type() == QEvent::MouseButtonPress && mouse->button() == Qt::LeftButton && dot) {
        if (mouse->modifiers() & Qt::ControlModifier) {
            m_document.cursors().placeSecond(dot->frame);
        } else {
            m_isPreviewing = false;
            m_document.commitFrame(dot->frame);
            m_document.selectImage(dot->image);
        }
    } else if (event->type() == QEvent::MouseMove && mouse->buttons() == Qt::LeftButton && dot) {
        m_document.commitFrame(dot->frame);
    } else if (event->type() == QEvent::MouseMove && mouse->buttons() == Qt::NoButton) {
        m_plot->setCursor(dot ? Qt::PointingHandCursor : Qt::ArrowCursor);
        if (dot)
            m_document.previewFrame(dot->frame);
        else if (m_isPreviewing)
            m_document.leavePreview();
        m_isPreviewing = dot.has_value();
    }
    return false;
}

bool PathPlot::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_plot)
        return false;
    switch (event->type()) {
        case QEvent::MouseButtonPress:
        case QEvent::MouseMove:
            return handleMouse(event);
        case QEvent::Leave:
            if (std::exchange(m_isPreviewing, false))
                m_document.leavePreview();
            return false;
        case QEvent::FocusIn:
        case QEvent::FocusOut:
            m_overlay->update();
            return false;
        default:
            return false;
    }
}

}  // namespace diffuscope::ui
