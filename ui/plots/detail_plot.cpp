// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/detail_plot.h"

#include "core/record/step_quantities.h"
#include "ui/document/session_document.h"
#include "ui/plots/cursor_bar.h"
#include "ui/plots/frame_plot.h"
#include "ui/theme/plot_library.h"
#include "ui/theme/plot_style.h"
#include "ui/theme/symbols.h"
#include "ui/theme/theme_colors.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/readout.h"
#include "ui/widgets/uniform_flow_layout.h"

#include <QStackedLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>

namespace diffuscope::ui {

namespace {

constexpr double unknownDetail = std::numeric_limits<double>::quiet_NaN();
constexpr int distanceSeries = 3;
/// How much of the estimate's colour each band has, the rest being the surface: coarse is full.
constexpr std::array<double, measure::frequencyBands> bandTints{0.95, 0.64, 0.4, 0.2};

QColor mixed(const QColor& color, const QColor& surface, double share)
{
    const auto channel = [&](int a, int b) { return int(std::lround(share * a + (1 - share) * b)); };
    return QColor(channel(color.red(), surface.red()), channel(color.green(), surface.green()),
                  channel(color.blue(), surface.blue()));
}

QColor bandColor(const ThemeColors& colors, std::size_t band)
{
    return mixed(colors.series[0], colors.surface, bandTints[band]);
}

}  // namespace

DetailPlot::DetailPlot(SessionDocument& document, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_bands([this] { plotAgain(); }),
      m_distances([this] { plotAgain(); })
{
    setObjectName(QStringLiteral("detailPlotView"));
    setAccessibleName(tr("From structure to detail"));
    const ViewPages pages = addPages(*this, QStringLiteral("detailPlotEmptyLabel"),
                                     tr("How the estimate turns from coarse structure to fine detail appears "
                                        "here while images are sampled.\n"
                                        "Choose a model and a class in the recipe."));
    m_pages = pages.stack;
    makePlot();
    pages.content->addWidget(new CursorBar(m_document, QStringLiteral("detail")));
    pages.content->addWidget(m_plot, 1);
    pages.content->addWidget(makeReadouts());
    m_frames = new FramePlot(m_document, *m_plot, [this](int frame) { return pointsAt(frame); });
    stylePlot(*m_plot, [this] { restyle(); });
    connect(m_frames, &FramePlot::keysChanged, this, &DetailPlot::plotAgain);
    connect(&m_document, &SessionDocument::trajectoryChanged, this, &DetailPlot::follow);
    connect(&m_document, &SessionDocument::selectionChanged, this, &DetailPlot::follow);
    connect(&m_document, &SessionDocument::playheadChanged, this, &DetailPlot::showValues);
    connect(&m_document.cursors(), &PlotCursors::secondChanged, this, &DetailPlot::showValues);
    follow();
}

QSize DetailPlot::sizeHint() const
{
    return {380, 240};
}

QSize DetailPlot::minimumSizeHint() const
{
    return {200, 150};
}

void DetailPlot::makePlot()
{
    m_plot = new QCustomPlot;
    m_plot->setObjectName(QStringLiteral("detailPlot"));
    m_plot->setAccessibleName(tr("Shares of structure and detail over the steps"));
    m_plot->setToolTip(
        richTip(tr("Hover to preview a step, click or drag to go there; Ctrl+click puts cursor B.")));
    m_plot->setMinimumHeight(80);
    m_plot->yAxis->setRange(0, 1);
    m_plot->yAxis->setLabel(tr("share"));
    m_plot->yAxis2->setLabel(tr("dB"));
    for (QCPAxis* axis : {m_plot->yAxis, m_plot->yAxis2}) {
        auto ticker = QSharedPointer<QCPAxisTicker>::create();
        ticker->setTickCount(4);
        axis->setTicker(ticker);
    }
    // Areas cover the grid lines otherwise.
    m_plot->xAxis->grid()->setLayer(QStringLiteral("main"));
    m_plot->yAxis->grid()->setVisible(false);
    for (std::size_t band = 0; band < m_bandGraphs.size(); ++band) {
        m_bandGraphs[band] = m_plot->addGraph();
        if (band > 0)
            m_bandGraphs[band]->setChannelFillGraph(m_bandGraphs[band - 1]);
    }
    m_distanceGraph = m_plot->addGraph(m_plot->xAxis, m_plot->yAxis2);
}

QWidget* DetailPlot::makeReadouts()
{
    auto* row = new QWidget;
    auto* layout = new UniformFlowLayout(row);
    layout->setContentsMargins(6, 2, 6, 4);
    layout->setSpacing(4);
    const QString what =
        tr("Share of the energy of %1 (without its mean) in waves %2; of the picked image, or of "
           "evenly spaced ones.");
    const std::array<std::array<QString, 3>, bandCount> texts{
        {{tr("> 16 px"), tr("Coarse structure"), tr("longer than 16 pixels: where things are")},
         {tr("8–16 px"), tr("Middle structure"), tr("of 8 to 16 pixels: shapes")},
         {tr("4–8 px"), tr("Fine structure"), tr("of 4 to 8 pixels: strokes and edges")},
         {tr("< 4 px"), tr("Detail"), tr("shorter than 4 pixels: detail, and noise")}}};
    for (std::size_t band = 0; band < m_bandCells.size(); ++band) {
        auto* cell = new SeriesSwitch(texts[band][0], QStringLiteral("88.8 %"), 0, false);
        cell->setObjectName(QStringLiteral("band%1Readout").arg(band));
        cell->setAccessibleName(texts[band][1]);
        cell->setToolTip(richTip(what.arg(x0HatSymbol(), texts[band][2])));
        cell->setCheckable(false);
        cell->setFocusPolicy(Qt::NoFocus);
        cell->setCursor(Qt::ArrowCursor);
        m_bandCells[band] = cell;
        layout->addWidget(cell);
    }
    m_distanceSwitch = new SeriesSwitch(tr("PSNR dB"), QStringLiteral("88.88"), distanceSeries, false);
    m_distanceSwitch->setObjectName(QStringLiteral("distanceSwitch"));
    m_distanceSwitch->setAccessibleName(tr("PSNR of the estimate to the final image"));
    m_distanceSwitch->setToolTip(richTip(
        tr("How near %1 is to the final image: 10·log₁₀(2²/mean squared difference), on the right axis; "
           "known once the run has ended.")
            .arg(x0HatSymbol())));
    m_distanceSwitch->setChecked(true);
    connect(m_distanceSwitch, &QAbstractButton::toggled, this, [this] { plotAgain(); });
    layout->addWidget(m_distanceSwitch);
    return row;
}

bool DetailPlot::isUpToDate() const
{
    return int(m_bands.values().size()) >= m_given &&
           (!m_hasResult || int(m_distances.values().size()) >= m_given);
}

void DetailPlot::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    follow();
}

void DetailPlot::follow()
{
    const RunUpdate& run = m_document.shownRun();
    const int arrived = run.trajectory->size();
    m_pages->setCurrentIndex(arrived > 0 ? 1 : 0);
    if (arrived == 0 || !isVisible())
        return;
    const record::BatchShape shape = run.trajectory->frames.front()->shape;
    std::vector<int> images = record::figureImages(shape, m_document.selectedImage());
    if (run.run != m_run || images != m_images) {
        m_run = run.run;
        m_images = images;
        m_bands.restart();
        m_distances.restart();
    }
    m_given = arrived;
    m_hasResult = run.trajectory->isComplete();
    m_bands.extend(arrived, [trajectory = run.trajectory, images,
                             bands = measure::FrequencyBands(shape.height, shape.width)](int frame) {
        return std::optional(measure::structureOf(*trajectory->frames[std::size_t(frame)], bands, images));
    });
    if (m_hasResult)
        m_distances.extend(arrived, [trajectory = run.trajectory, images](int frame) {
            return std::optional(measure::distanceToResult(*trajectory->frames[std::size_t(frame)],
                                                           *trajectory->frames.back(), images));
        });
    showValues();
}

double DetailPlot::share(int frame, int band) const
{
    if (frame < 0 || frame >= int(m_bands.values().size()))
        return unknownDetail;
    const auto& shares = m_bands.values()[std::size_t(frame)];
    return shares ? (*shares)[std::size_t(band)] : unknownDetail;
}

double DetailPlot::distance(int frame) const
{
    if (frame < 0 || frame >= int(m_distances.values().size()))
        return unknownDetail;
    return m_distances.values()[std::size_t(frame)].value_or(unknownDetail);
}

void DetailPlot::plotAgain()
{
    QVector<double> keys;
    std::array<QVector<double>, bandCount> tops;
    const int known = std::min(int(m_bands.values().size()), m_frames->keys().size());
    for (int frame = 0; frame < known; ++frame) {
        if (!std::isfinite(share(frame, 0)))
            continue;
        keys.append(m_frames->key(frame));
        double top = 0;
        for (int band = 0; band < bandCount; ++band)
            tops[std::size_t(band)].append(top += share(frame, band));
    }
    for (std::size_t band = 0; band < tops.size(); ++band)
        m_bandGraphs[band]->setData(keys, tops[band]);
    m_distanceGraph->data()->clear();
    double highest = 0;
    for (int frame = 0; frame < std::min(int(m_distances.values().size()), m_frames->keys().size()); ++frame)
        if (const double db = distance(frame); std::isfinite(db)) {
            m_distanceGraph->addData(m_frames->key(frame), db);
            highest = std::max(highest, db);
        }
    const bool showsDistance = m_distanceSwitch->isChecked() && m_distanceGraph->dataCount() > 0;
    m_distanceGraph->setVisible(showsDistance);
    m_plot->yAxis2->setVisible(showsDistance);
    m_plot->yAxis2->setRange(0, std::max(10.0, 1.06 * highest));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
    m_frames->moveCursors();
    showValues();
}

void DetailPlot::restyle()
{
    leaveRoomForLabels(*m_plot);
    const ThemeColors& colors = themeColors(m_plot->palette());
    for (std::size_t band = 0; band < m_bandGraphs.size(); ++band) {
        m_bandGraphs[band]->setPen(QPen(colors.surface, 1));
        m_bandGraphs[band]->setBrush(bandColor(colors, band));
        m_bandCells[band]->setColor(bandColor(colors, band));
    }
    QColor faint = colors.surface;
    faint.setAlpha(90);
    m_plot->xAxis->grid()->setPen(QPen(faint, 1));
    m_distanceGraph->setPen(QPen(colors.series[distanceSeries], 2));
    m_frames->moveCursors();
}

std::vector<PlayheadPoint> DetailPlot::pointsAt(int frame) const
{
    const double db = distance(frame);
    if (!m_distanceGraph->visible() || !std::isfinite(db))
        return {};
    return {
        {m_frames->key(frame), db, m_plot->yAxis2, themeColors(m_plot->palette()).series[distanceSeries]}};
}

void DetailPlot::showValues()
{
    const int first = m_document.playhead();
    const int second = m_document.cursors().second();
    const auto percent = [this](double value) {
        return std::isfinite(value) ? tr("%1 %").arg(locale().toString(100 * value, 'f', 1))
                                    : QStringLiteral("–");
    };
    const auto show = [&](SeriesSwitch& cell, const auto& valueAt, const auto& text) {
        const double a = valueAt(first);
        const double b = valueAt(second);
        cell.setValue(text(a));
        cell.setSecond(second < 0 ? std::nullopt : std::optional(SecondValue{text(b), text(b - a)}));
    };
    for (int band = 0; band < bandCount; ++band)
        show(
            *m_bandCells[std::size_t(band)], [&](int frame) { return share(frame, band); }, percent);
    show(
        *m_distanceSwitch, [this](int frame) { return distance(frame); },
        [this](double value) { return numberText(value, locale()); });
}

}  // namespace diffuscope::ui
