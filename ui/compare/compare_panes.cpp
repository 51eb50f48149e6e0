// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/compare_panes.h"

#include "ui/compare/comparison.h"
#include "ui/document/recipe_summary.h"
#include "ui/document/session_document.h"
#include "ui/theme/fonts.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/layer_absence.h"
#include "ui/widgets/layer_ranges.h"
#include "ui/widgets/layers.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr float leastDifference = 1e-6f;
constexpr int lineReachPx = 12;

}  // namespace

ComparePanes::ComparePanes(SessionDocument& document, Comparison& comparison, QWidget* parent)
    : QWidget(parent), m_document(document), m_comparison(comparison)
{
    setObjectName(QStringLiteral("comparePanes"));
    setAccessibleName(tr("Compared runs"));
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMouseTracking(true);
    updateFonts();
    connect(&comparison, &Comparison::framesChanged, this, &ComparePanes::render);
    connect(&comparison, &Comparison::changed, this, &ComparePanes::takeRuns);
    connect(&document, &SessionDocument::selectionChanged, this, &ComparePanes::render);
    connect(&document, &SessionDocument::layerChanged, this, &ComparePanes::render);
}

void ComparePanes::setMode(Mode mode)
{
    m_mode = mode;
    takeRuns();
}

void ComparePanes::setSwipe(double place)
{
    const double inside = std::clamp(place, 0.0, 1.0);
    if (std::exchange(m_swipe, inside) == inside)
        return;
    update();
    Q_EMIT swipeChanged(inside);
}

void ComparePanes::takeRuns()
{
    const auto& entries = m_comparison.entries();
    m_panes.resize(m_mode == Mode::swipe ? std::min<std::size_t>(entries.size(), 2) : entries.size());
    for (std::size_t i = 0; i < m_panes.size(); ++i)
        if (const session::SessionRun* run = m_document.session().find(entries[i].run)) {
            m_panes[i].name = runName(*run);
            m_panes[i].details = runDetails(m_document.session(), *run);
        }
    m_hoveredHead = -1;
    render();
}

/// What is hidden is drawn when it is shown.
void ComparePanes::render()
{
    if (!isVisible() || m_panes.empty())
        return;
    std::vector<std::optional<record::ImageBatch>> values;
    for (std::size_t i = 0; i < m_panes.size(); ++i)
        values.push_back(read(i));
    if (m_mode == Mode::difference)
        subtract(values, m_comparison.reference());
    color(values);
    arrange();
    QStringList said;
    for (std::size_t i = 0; i < m_panes.size(); ++i) {
        describe(i);
        said.append(m_panes[i].name + QStringLiteral(": ") + m_panes[i].caption);
    }
    if (QAccessible::isActive())
        setAccessibleDescription(said.join(QStringLiteral("; ")));
    update();
}

/// The images that are looked at; absent, with a note in the pane, where there are none.
std::optional<record::ImageBatch> ComparePanes::read(std::size_t i)
{
    const Comparison::Entry& entry = m_comparison.entries()[i];
    Pane& pane = m_panes[i];
    pane.note.clear();
    const int frame = m_comparison.frameOf(i);
    if (frame < 0) {
        pane.note = entry.problem.isEmpty() ? tr("Being sampled…") : entry.problem;
        return std::nullopt;
    }
    const record::Layer layer = m_document.layer();
    if (const auto absence = entry.reader->whyAbsent(frame, layer); absence != explain::Absence::none) {
        pane.note = missingFromFrame(absence);
        return std::nullopt;
    }
    const record::BatchShape& shape = entry.reader->frame(frame)->shape;
    const int selected = m_document.selectedImage();
    if (selected < 0 || selected >= shape.batch)
        return entry.reader->read(frame, layer);
    record::ImageBatch one{shape, entry.reader->read(frame, layer, selected)};
    one.shape.batch = 1;
    return one;
}

/// The reference stays as it is.
void ComparePanes::subtract(std::vector<std::optional<record::ImageBatch>>& values, std::size_t reference)
{
    const auto& from = values[reference];
    for (std::size_t i = 0; i < values.size(); ++i) {
        m_panes[i].largest = 0;
        if (i == reference || !values[i])
            continue;
        record::ImageBatch& apart = *values[i];
        const bool fits = from && from->shape.channels == apart.shape.channels &&
                          from->shape.height == apart.shape.height && from->shape.width == apart.shape.width;
        if (!fits) {
            m_panes[i].note =
                from ? tr("Its images have another size than those of %1.").arg(m_panes[reference].name)
                     : tr("%1 has nothing to compare with here.").arg(m_panes[reference].name);
            values[i].reset();
            continue;
        }
        apart.shape.batch = std::min(apart.shape.batch, from->shape.batch);
        apart.values.resize(apart.shape.values());
        for (std::size_t at = 0; at < apart.values.size(); ++at)
            apart.values[at] -= from->values[at];
        const ValueRange ends = extremesOf(apart.values);
        m_panes[i].largest = double(std::max(std::abs(ends.low), std::abs(ends.high)));
    }
}

/// All panes in one scale, so that what looks larger is.
void ComparePanes::color(const std::vector<std::optional<record::ImageBatch>>& values)
{
    const record::Layer layer = m_document.layer();
    ValueRange extremes = extremesOf({});
    double largest = leastDifference;
    const bool isDifference = m_mode == Mode::difference;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] && !(isDifference && i != m_comparison.reference()))
            extremes = united(extremes, extremesOf(values[i]->values));
        largest = std::max(largest, m_panes[i].largest);
    }
    const RangeMode usual = LayerModes().of(layer);
    const ColorScale own =
        colorScale(usual == RangeMode::run ? RangeMode::fit : usual, isSigned(layer), extremes);
    const ColorScale apart({float(-largest), float(largest)}, true);
    for (std::size_t i = 0; i < values.size(); ++i) {
        Pane& pane = m_panes[i];
        pane.images = {};
        if (!values[i]) {
            pane.atlas = {};
            continue;
        }
        const record::BatchShape& shape = values[i]->shape;
        pane.images = {shape.batch, QSize(shape.width, shape.height)};
        renderAtlas(shape, values[i]->values, isDifference && i != m_comparison.reference() ? apart : own,
                    pane.atlas);
    }
    const ColorScale& shown = isDifference ? apart : own;
    if (!(std::exchange(m_scale, shown) == shown))
        Q_EMIT scaleChanged(m_scale);
}

void ComparePanes::describe(std::size_t i)
{
    Pane& pane = m_panes[i];
    pane.caption.clear();
    pane.shortCaption.clear();
    const record::FramePtr frame = m_comparison.framePtr(i);
    if (!frame)
        return;
    const record::Trajectory& run = *m_comparison.entries()[i].update.trajectory;
    const int index = m_comparison.frameOf(i);
    const int steps = run.plannedFrames - 1;
    const QLocale locale;
    if (frame->isResult()) {
        pane.caption = tr("result of %1 steps").arg(steps);
        pane.shortCaption = tr("result");
    } else {
        const QString time = locale.toString(frame->level.t, 'f', 0);
        pane.caption = tr("step %1 of %2 · t = %3").arg(index + 1).arg(steps).arg(time);
        pane.shortCaption = tr("%1/%2 · t %3").arg(index + 1).arg(steps).arg(time);
    }
    const int evaluations = index == 0 ? 0 : run.frames[std::size_t(index - 1)]->totalEvaluations;
    pane.caption += tr(" · NFE %1").arg(evaluations);
    pane.shortCaption += tr(" · NFE %1").arg(evaluations);
    if (m_mode == Mode::difference && pane.images.count > 0 && i != m_comparison.reference()) {
        const QString largest = locale.toString(pane.largest, 'g', 3);
        pane.caption += tr(" · up to %1 apart").arg(largest);
        pane.shortCaption.prepend(tr("±%1 · ").arg(largest));
    }
}

void ComparePanes::arrange()
{
    const int head = QFontMetrics(font()).height() + QFontMetrics(m_captionFont).height() + 8;
    std::vector<PaneImages> images;
    for (const Pane& pane : m_panes)
        images.push_back(pane.images);
    if (m_mode == Mode::swipe && images.size() == 2)
        images = {images[0].count > 0 ? images[0] : images[1]};
    if (!m_geometry.isOf(size(), head, images))
        m_geometry = CompareGeometry(size(), head, std::move(images));
}

bool ComparePanes::isLineNear(QPoint at) const
{
    if (m_mode != Mode::swipe || m_geometry.paneCount() == 0)
        return false;
    const QRect area = m_geometry.pictures(0);
    return area.contains(at) && std::abs(at.x() - area.left() - int(m_swipe * area.width())) <= lineReachPx;
}

int ComparePanes::headAt(QPoint at) const
{
    if (m_mode != Mode::swipe)
        for (int i = 0; i < m_geometry.paneCount(); ++i)
            if (m_geometry.head(std::size_t(i)).contains(at))
                return i;
    return -1;
}

bool ComparePanes::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto& help = static_cast<QHelpEvent&>(*event);
    const int head = headAt(help.pos());
    QString tip = m_mode == Mode::swipe
                      ? tr("Drag the line: left of it is the first run, right of it the second.")
                      : tr("Click an image to see it alone in every run; again to see all of them.");
    if (head >= 0)
        tip = std::size_t(head) == m_comparison.reference()
                  ? tr("The others are compared with this run. Click another, or press R, for a change.")
                  : tr("Click to compare the others with this run (R goes from one to the next).");
    if (head >= 0)
        tip = m_panes[std::size_t(head)].details.toHtmlEscaped() + QStringLiteral("<br>") + tip;
    QToolTip::showText(help.globalPos(), richTip(tip), this);
    return true;
}

/// Picks an image, or at its head the run that the others are compared with; in a swipe, draws the line
/// there.
void ComparePanes::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return QWidget::mousePressEvent(event);
    const QPoint at = event->position().toPoint();
    if (m_mode == Mode::swipe)
        return mouseMoveEvent(event);
    if (const int head = headAt(at); head >= 0)
        return m_comparison.setReference(std::size_t(head));
    for (int i = 0; i < m_geometry.paneCount(); ++i) {
        const std::vector<QRect>& rects = m_geometry.images(std::size_t(i));
        for (std::size_t k = 0; k < rects.size(); ++k)
            if (rects[k].contains(at))
                return m_document.selectImage(rects.size() == 1 ? -1 : int(k));
    }
}

void ComparePanes::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint at = event->position().toPoint();
    if (m_mode == Mode::swipe && (event->buttons() & Qt::LeftButton) && m_geometry.paneCount() > 0 &&
        m_geometry.pictures(0).width() > 0)
        setSwipe((event->position().x() - m_geometry.pictures(0).left()) / m_geometry.pictures(0).width());
    const int head = headAt(at);
    if (std::exchange(m_hoveredHead, head) != head)
        update();
    setCursor(isLineNear(at) ? Qt::SplitHCursor : head >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void ComparePanes::leaveEvent(QEvent* event)
{
    QWidget::leaveEvent(event);
    if (std::exchange(m_hoveredHead, -1) >= 0)
        update();
}

void ComparePanes::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

void ComparePanes::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    takeRuns();
}

void ComparePanes::updateFonts()
{
    m_captionFont = tabularFont(captionFont(font()));
}

void ComparePanes::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        updateFonts();
        arrange();
    }
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange)
        update();
}

}  // namespace diffuscope::ui
