// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/compare_view.h"

#include "ui/compare/compare_panes.h"
#include "ui/compare/comparison.h"
#include "ui/document/recipe_summary.h"
#include "ui/document/session_document.h"
#include "ui/plots/cursor_bar.h"
#include "ui/plots/frame_plot.h"
#include "ui/theme/plot_library.h"
#include "ui/theme/plot_style.h"
#include "ui/theme/symbols.h"
#include "ui/theme/theme_colors.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/layers.h"
#include "ui/widgets/scale_bar.h"
#include "ui/widgets/segment_button.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QSlider>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr int swipePositions = 1000;

/// A run's colour, as in its pane.
QIcon chipOf(const QColor& color, int side)
{
    QPixmap chip(side, side);
    chip.fill(Qt::transparent);
    QPainter painter(&chip);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRoundedRect(chip.rect().adjusted(side / 5, side / 5, -side / 5, -side / 5), 2, 2);
    return chip;
}

}  // namespace

CompareView::CompareView(SessionDocument& document, Comparison& comparison, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_comparison(comparison),
      m_panes(new ComparePanes(document, comparison, this))
{
    setObjectName(QStringLiteral("compareView"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildBar());
    column->addWidget(m_panes, 1);
    column->addWidget(new CursorBar(m_document, QStringLiteral("compare"), this));
    buildPlot();
    column->addWidget(m_plot);
    connect(&m_comparison, &Comparison::changed, this, &CompareView::showRuns);
    connect(&m_comparison, &Comparison::framesChanged, this, &CompareView::showShared);
    connect(&m_comparison, &Comparison::divergenceChanged, this, &CompareView::plotAgain);
    connect(m_frames, &FramePlot::keysChanged, this, &CompareView::plotAgain);
    connect(&m_document, &SessionDocument::layerChanged, this, &CompareView::showScale);
    connect(m_panes, &ComparePanes::scaleChanged, this, &CompareView::showScale);
    showRuns();
    showScale();
}

/// The way out and what one can do to the picture, on as many lines as it takes.
QWidget* CompareView::buildBar()
{
    auto* bar = new QWidget(this);
    auto* cells = new FlowLayout(bar);
    cells->setContentsMargins(8, 6, 8, 4);
    cells->setSpacing(6);
    auto* leave = new QToolButton(bar);
    leave->setObjectName(QStringLiteral("compareLeave"));
    leave->setText(tr("← Back"));
    leave->setAccessibleName(tr("Back to the run"));
    leave->setToolTip(tr("Show one run again (Escape)."));
    leave->setFocusPolicy(Qt::StrongFocus);
    cells->addWidget(leave);
    connect(leave, &QToolButton::clicked, this, &CompareView::leaveRequested);
    addModes(cells);
    cells->addWidget(buildReference());
    cells->addWidget(buildAlignment());
    m_swipe = new QSlider(Qt::Horizontal, bar);
    m_swipe->setObjectName(QStringLiteral("compareSwipePlace"));
    m_swipe->setAccessibleName(tr("Place of the line"));
    m_swipe->setToolTip(
        richTip(tr("Where the line between the two runs is; it can be dragged in the picture too.")));
    m_swipe->setRange(0, swipePositions);
    m_swipe->setSingleStep(swipePositions / 50);
    m_swipe->setPageStep(swipePositions / 10);
    m_swipe->setValue(swipePositions / 2);
    cells->addWidget(m_swipe);
    cells->addWidget(buildScale());
    m_shared = new QLabel(bar);
    m_shared->setObjectName(QStringLiteral("compareShared"));
    m_shared->setForegroundRole(QPalette::PlaceholderText);
    m_shared->setToolTip(richTip(
        tr("Runs of one seed begin at the same noise, so that what differs between them is what their "
           "recipes changed.")));
    cells->addWidget(m_shared);
    connect(m_swipe, &QSlider::valueChanged, m_panes,
            [this](int value) { m_panes->setSwipe(double(value) / swipePositions); });
    connect(m_panes, &ComparePanes::swipeChanged, m_swipe,
            [this](double place) { m_swipe->setValue(int(std::lround(place * swipePositions))); });
    showMode();
    return bar;
}

void CompareView::addModes(QLayout* cells)
{
    m_modes = new QButtonGroup(this);
    const auto add = [&](const char* name, const QString& text, const QString& tip, ComparePanes::Mode mode) {
        auto* button = new SegmentButton;
        button->setObjectName(QLatin1String(name));
        button->setText(text);
        button->setAccessibleName(text);
        button->setToolTip(richTip(tip));
        button->setChecked(mode == m_panes->mode());
        m_modes->addButton(button, int(mode));
        cells->addWidget(button);
    };
    add("compareSideBySide", tr("Side by Side"), tr("Show each run beside the others, at the same place."),
        ComparePanes::Mode::sideBySide);
    add("compareDifference", tr("Difference"),
        tr("Show the reference, and of the others what must be added to it: blue is less, red is more; the "
           "colours reach to the largest difference of the frames that are shown."),
        ComparePanes::Mode::difference);
    add("compareSwipe", tr("Swipe"),
        tr("Lay the second run over the first and draw a line between them; for two runs."),
        ComparePanes::Mode::swipe);
    connect(m_modes, &QButtonGroup::idClicked, this, [this](int mode) {
        m_panes->setMode(ComparePanes::Mode(mode));
        showMode();
    });
}

QWidget* CompareView::buildReference()
{
    auto* reference = new QWidget;
    auto* row = new QHBoxLayout(reference);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    auto* label = new QLabel(tr("against"), reference);
    label->setForegroundRole(QPalette::PlaceholderText);
    row->addWidget(label);
    m_reference = new QComboBox(reference);
    m_reference->setObjectName(QStringLiteral("compareReference"));
    m_reference->setAccessibleName(tr("The run that the others are compared with"));
    m_reference->setToolTip(
        richTip(tr("The run that differences and the curve below are taken from; a click on a run's name, or "
                   "R, chooses it too.")));
    m_reference->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_reference->setFocusPolicy(Qt::TabFocus);
    row->addWidget(m_reference);
    connect(m_reference, &QComboBox::activated, this,
            [this](int entry) { m_comparison.setReference(std::size_t(entry)); });
    return reference;
}

QWidget* CompareView::buildAlignment()
{
    auto* alignment = new QComboBox;
    alignment->setObjectName(QStringLiteral("compareAlign"));
    alignment->setAccessibleName(tr("Align by"));
    alignment->setToolTip(
        richTip(tr("Which frames of the runs stand beside each other. Runs on different grids look alike at "
                   "the same noise level only; the end of one stands beside the end of every other.")));
    alignment->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    alignment->setFocusPolicy(Qt::TabFocus);
    alignment->addItem(tr("at the same noise"), int(Alignment::noiseLevel));
    alignment->addItem(tr("after as many steps"), int(Alignment::step));
    alignment->addItem(tr("after as many evaluations"), int(Alignment::evaluations));
    connect(alignment, &QComboBox::activated, this,
            [this, alignment] { m_comparison.setAlignment(Alignment(alignment->currentData().toInt())); });
    return alignment;
}

QWidget* CompareView::buildScale()
{
    auto* scale = new QWidget;
    auto* row = new QHBoxLayout(scale);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    m_layer = new QLabel(scale);
    m_layer->setObjectName(QStringLiteral("compareLayer"));
    m_layer->setToolTip(richTip(tr("The layer that is shown of every run; the digits choose another.")));
    row->addWidget(m_layer);
    m_scale = new ScaleBar(scale);
    m_scale->setObjectName(QStringLiteral("compareScale"));
    row->addWidget(m_scale);
    return scale;
}

void CompareView::showMode()
{
    const bool isSwipe = m_panes->mode() == ComparePanes::Mode::swipe;
    m_swipe->setVisible(isSwipe);
    m_reference->parentWidget()->setVisible(!isSwipe);
    showScale();
}

void CompareView::showScale()
{
    const bool isDifference = m_panes->mode() == ComparePanes::Mode::difference;
    const QString symbol = layerSymbol(m_document.layer());
    m_layer->setText(isDifference ? tr("Δ of %1").arg(symbol) : symbol);
    m_layer->setAccessibleName(layerName(m_document.layer()));
    m_scale->setScale(m_panes->scale());
}

void CompareView::buildPlot()
{
    m_plot = new QCustomPlot(this);
    m_plot->setObjectName(QStringLiteral("divergencePlot"));
    m_plot->setAccessibleName(tr("Distance of the runs from the reference"));
    m_plot->setToolTip(
        richTip(tr("Root mean square difference of %1 from the reference, at the same place of the "
                   "axis. Hover to preview a step, click or drag to go there.")
                    .arg(x0HatSymbol())));
    m_plot->yAxis->setLabel(tr("RMS"));
    auto ticker = QSharedPointer<QCPAxisTicker>::create();
    ticker->setTickCount(3);
    m_plot->yAxis->setTicker(ticker);
    m_plot->yAxis->setSubTicks(false);
    for (int i = 0; i < Comparison::mostRuns; ++i)
        m_graphs.push_back(m_plot->addGraph());
    m_frames = new FramePlot(m_document, *m_plot, [this](int frame) { return pointsAt(frame); });
    stylePlot(*m_plot, [this] { restyle(); });
}

/// What is in the bar is of one height; the pictures get what a low window has.
void CompareView::fitFont()
{
    const int line = fontMetrics().height();
    m_plot->setFixedHeight(std::clamp(height() / 5, 5 * line, 9 * line));
    m_swipe->setFixedWidth(fontMetrics().averageCharWidth() * 24);
    const QLayout* cells = m_shared->parentWidget()->layout();
    for (int i = 0; i < cells->count(); ++i)
        cells->itemAt(i)->widget()->setMinimumHeight(m_reference->sizeHint().height());
}

void CompareView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitFont();
}

void CompareView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange && m_plot)
        fitFont();
}

void CompareView::restyle()
{
    const ThemeColors& colors = themeColors(palette());
    for (std::size_t i = 0; i < m_graphs.size(); ++i)
        m_graphs[i]->setPen(QPen(colors.series[i % colors.series.size()], 2));
    showReferences();
}

void CompareView::showReferences()
{
    const ThemeColors& colors = themeColors(palette());
    const auto& entries = m_comparison.entries();
    m_reference->clear();
    for (std::size_t i = 0; i < entries.size(); ++i)
        if (const session::SessionRun* run = m_document.session().find(entries[i].run))
            m_reference->addItem(
                chipOf(colors.series[i % colors.series.size()], m_reference->iconSize().height()),
                runName(*run));
    m_reference->setCurrentIndex(int(m_comparison.reference()));
}

void CompareView::showRuns()
{
    const auto& entries = m_comparison.entries();
    const bool hasTwo = entries.size() == 2;
    auto* swipe = m_modes->button(int(ComparePanes::Mode::swipe));
    swipe->setEnabled(hasTwo);
    if (!hasTwo && m_panes->mode() == ComparePanes::Mode::swipe) {
        m_modes->button(int(ComparePanes::Mode::sideBySide))->setChecked(true);
        m_panes->setMode(ComparePanes::Mode::sideBySide);
        showMode();
    }
    showReferences();
    showShared();
}

/// What the runs have in common, and what the frames that are shown do not.
void CompareView::showShared()
{
    const auto& entries = m_comparison.entries();
    const bool haveOneSeed = std::ranges::all_of(entries, [&](const Comparison::Entry& entry) {
        const auto* run = m_document.session().find(entry.run);
        const auto* first = m_document.session().find(entries.front().run);
        const auto seedOf = [](const recipe::RunPlan& plan) {
            return recipe::partsOf(plan).front().recipe.seed;
        };
        return run && first &&
               seedOf(m_document.session().planOf(run->id)) == seedOf(m_document.session().planOf(first->id));
    });
    QStringList said;
    if (!entries.empty())
        said.append(haveOneSeed ? tr("same seed") : tr("different seeds"));
    if (m_comparison.isOn() && m_comparison.showsUnlikeLevels())
        said.append(tr("⚠ different noise levels"));
    m_shared->setText(said.join(QStringLiteral(" · ")));
}

void CompareView::plotAgain()
{
    const auto& entries = m_comparison.entries();
    double highest = 0;
    for (std::size_t i = 0; i < m_graphs.size(); ++i) {
        QVector<double> keys, values;
        if (i < entries.size())
            for (std::size_t frame = 0; frame < entries[i].divergence.size(); ++frame) {
                const double value = entries[i].divergence[frame];
                if (int(frame) >= m_frames->keys().size() || std::isnan(value))
                    continue;
                keys.append(m_frames->key(int(frame)));
                values.append(value);
                highest = std::max(highest, value);
            }
        m_graphs[i]->setData(keys, values);
    }
    m_plot->yAxis->setRange(0, highest > 0 ? 1.08 * highest : 1);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
    m_frames->moveCursors();
}

std::vector<PlayheadPoint> CompareView::pointsAt(int frame) const
{
    std::vector<PlayheadPoint> points;
    const auto& entries = m_comparison.entries();
    const ThemeColors& colors = themeColors(palette());
    for (std::size_t i = 0; i < entries.size(); ++i)
        if (frame >= 0 && frame < int(entries[i].divergence.size()) &&
            !std::isnan(entries[i].divergence[std::size_t(frame)]))
            points.push_back({m_frames->key(frame), entries[i].divergence[std::size_t(frame)], m_plot->yAxis,
                              colors.series[i % colors.series.size()]});
    return points;
}

}  // namespace diffuscope::ui
