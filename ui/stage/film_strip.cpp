// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stage/film_strip.h"

#include "ui/document/run_facts.h"
#include "ui/widgets/layer_absence.h"

#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyle>

namespace diffuscope::ui {

namespace {

constexpr int largestSidePx = 64;
constexpr int smallestSidePx = 40;
constexpr double ghostOpacity = 0.3;
constexpr int labelOverhangPx = 12;

/// The largest whole magnification of `side` pixels that stays within `limit`, at least 1.
int wholeMagnification(int side, int limit)
{
    return std::max(1, limit / std::max(1, side));
}

}  // namespace

FilmStrip::FilmStrip(QWidget* parent) : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFocusPolicy(Qt::NoFocus);
    viewport()->setMouseTracking(true);
}

void FilmStrip::setRun(const RunUpdate& run)
{
    const bool replanned = run.trajectory->plannedFrames != trajectory().plannedFrames;
    const auto shape = run.trajectory->frames.empty() ? m_shape : run.trajectory->frames.front()->shape;
    m_run = run;
    if (replanned || !(shape == m_shape)) {
        m_shape = shape;
        m_hovered = -1;
        forgetThumbnails();
        updateLayout();
        bringIntoView(m_committed);
    }
    viewport()->update();
}

void FilmStrip::setImage(int image)
{
    if (image == m_image)
        return;
    m_image = image;
    forgetThumbnails();
}

void FilmStrip::setColoring(const LayerColoring& coloring)
{
    if (coloring == m_coloring)
        return;
    m_coloring = coloring;
    forgetThumbnails();
}

void FilmStrip::forgetThumbnails()
{
    m_thumbnails.clear();
    viewport()->update();
}

void FilmStrip::setPlayhead(int committed, int shown)
{
    if (committed == m_committed && shown == m_shown)
        return;
    const int scrolled = horizontalScrollBar()->value();
    if (committed != m_committed)
        bringIntoView(committed);
    const int before[] = {m_committed, m_shown, committed, shown};
    m_committed = committed;
    m_shown = shown;
    if (horizontalScrollBar()->value() != scrolled)
        return viewport()->update();
    for (const int frame : before)
        if (frame >= 0)
            viewport()->update(
                frameRect(frame).adjusted(-labelOverhangPx, -3, labelOverhangPx, viewport()->height()));
}

QSize FilmStrip::sizeHint() const
{
    return {400, largestSidePx + fontMetrics().height() + 2 * marginPx +
                     style()->pixelMetric(QStyle::PM_ScrollBarExtent)};
}

QSize FilmStrip::minimumSizeHint() const
{
    return {160, sizeHint().height()};
}

/// All frames side by side where whole magnifications allow it, otherwise comfortable thumbnails that scroll.
void FilmStrip::updateLayout()
{
    const int frames = trajectory().plannedFrames;
    const int width = std::max(1, m_shape.width);
    const int height = std::max(1, m_shape.height);
    const int side = std::max(width, height);
    const int available = viewport()->width() - 2 * marginPx + gapPx;
    int magnification = wholeMagnification(side, largestSidePx);
    while (magnification > 1 && frames * (magnification * width + gapPx) > available)
        --magnification;
    const bool fits = frames * (magnification * width + gapPx) <= available;
    if (!fits || magnification * side < smallestSidePx)
        magnification = wholeMagnification(side, largestSidePx);
    m_thumbnailSize = QSize(width, height) * magnification;
    if (m_thumbnailSize.height() > largestSidePx || m_thumbnailSize.width() > largestSidePx)
        m_thumbnailSize.scale(largestSidePx, largestSidePx, Qt::KeepAspectRatio);

    const int total = frames * slotWidth() - gapPx + 2 * marginPx;
    horizontalScrollBar()->setRange(0, std::max(0, total - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(slotWidth());
}

QRect FilmStrip::frameRect(int frame) const
{
    const int total = trajectory().plannedFrames * slotWidth() - gapPx;
    const int left = std::max(marginPx, (viewport()->width() - total) / 2);
    const int labelled = m_thumbnailSize.height() + fontMetrics().height();
    const int top = std::max(4, (viewport()->height() - labelled) / 2);
    return {QPoint(left + frame * slotWidth() - horizontalScrollBar()->value(), top), m_thumbnailSize};
}

int FilmStrip::frameAt(QPoint position) const
{
    if (trajectory().size() == 0)
        return -1;
    const int offset = position.x() - frameRect(0).left() + gapPx / 2;
    const int frame = offset < 0 ? -1 : offset / slotWidth();
    return frame < trajectory().size() ? frame : -1;
}

void FilmStrip::bringIntoView(int frame)
{
    if (frame < 0)
        return;
    auto* bar = horizontalScrollBar();
    const int margin = std::min(2 * slotWidth(), viewport()->width() / 3);
    const QRect slot = frameRect(frame);
    if (slot.left() < margin)
        bar->setValue(bar->value() + slot.left() - margin);
    else if (slot.right() > viewport()->width() - margin)
        bar->setValue(bar->value() + slot.right() - viewport()->width() + margin);
}

/// The thumbnail of a frame that has arrived, made when it is first painted.
const QImage& FilmStrip::thumbnail(int index)
{
    const auto& frame = trajectory().frames[std::size_t(index)];
    Thumbnail& known = m_thumbnails[index];
    if (known.frame.lock() == frame)
        return known.image;
    const explain::RunReader run(factsOf(m_run));
    const explain::Absence absence = run.whyAbsent(index, m_coloring.layer);
    known.image = {};
    known.frame = frame;
    if (isYetToCome(absence))
        known.frame.reset();  // so that it is asked for again
    if (absence == explain::Absence::none) {
        const auto values = run.read(index, m_coloring.layer, std::clamp(m_image, 0, frame->shape.batch - 1));
        known.image = renderImage(frame->shape, values, m_coloring.scale(extremesOf(values)));
    }
    return known.image;
}

void FilmStrip::paintEvent(QPaintEvent* event)
{
    QPainter painter(viewport());
    painter.fillRect(event->rect(), palette().color(QPalette::Window));
    const int frames = trajectory().plannedFrames;
    if (frames == 0)
        return;
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    painter.setFont(small);
    const int origin = frameRect(0).left();
    const int first = std::max(0, (event->rect().left() - origin) / slotWidth() - 1);
    const int last = std::min(frames - 1, (event->rect().right() - origin) / slotWidth() + 1);
    for (int index = first; index <= last; ++index)
        paintFrame(painter, index);
}

void FilmStrip::paintFrame(QPainter& painter, int index)
{
    const QRect slot = frameRect(index);
    const bool arrived = index < trajectory().size();
    if (arrived && !thumbnail(index).isNull()) {
        painter.drawImage(slot, thumbnail(index));
        painter.setPen(palette().color(QPalette::Mid));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(slot).adjusted(-0.5, -0.5, 0.5, 0.5));
    } else if (arrived) {
        painter.fillRect(slot, palette().color(QPalette::AlternateBase));
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(slot, Qt::AlignCenter, QStringLiteral("–"));
    } else {
        painter.fillRect(slot, palette().color(QPalette::AlternateBase));
        if (const auto ghost = m_thumbnails.find(index); ghost != m_thumbnails.end()) {
            painter.setOpacity(ghostOpacity);
            painter.drawImage(slot, ghost->second.image);
            painter.setOpacity(1);
        }
    }
    const bool shown = index == m_shown;
    if (shown || index == m_committed) {
        QColor ring = palette().color(QPalette::Highlight);
        ring.setAlphaF(shown ? 1.0F : 0.5F);
        painter.setPen(QPen(ring, 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(slot).adjusted(-1, -1, 1, 1));
    }
    if (!arrived)
        return;
    const record::Frame& frame = *trajectory().frames[std::size_t(index)];
    const QString label = frame.isResult() ? tr("end") : QLocale().toString(frame.level.t, 'f', 0);
    // Narrow thumbnails carry a label every so often only: numbers that touch cannot be read.
    const int every = 1 + (painter.fontMetrics().horizontalAdvance(QStringLiteral("0000")) / slotWidth());
    if (index % every != 0 && !shown && index + 1 != trajectory().plannedFrames)
        return;
    painter.setPen(palette().color(shown ? QPalette::WindowText : QPalette::PlaceholderText));
    painter.drawText(QRect(slot.left() - labelOverhangPx, slot.bottom() + 4,
                           slot.width() + 2 * labelOverhangPx, fontMetrics().height()),
                     Qt::AlignHCenter | Qt::AlignTop, label);
}

void FilmStrip::resizeEvent(QResizeEvent*)
{
    updateLayout();
    bringIntoView(m_committed);
}

void FilmStrip::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        viewport()->update();
}

void FilmStrip::setHovered(int frame)
{
    if (frame == m_hovered)
        return;
    m_hovered = frame;
    if (frame >= 0)
        Q_EMIT frameHovered(frame);
    else
        Q_EMIT hoverEnded();
}

void FilmStrip::mouseMoveEvent(QMouseEvent* event)
{
    setHovered(frameAt(event->pos()));
}

void FilmStrip::mousePressEvent(QMouseEvent* event)
{
    const int frame = frameAt(event->pos());
    if (event->button() == Qt::LeftButton && frame >= 0)
        Q_EMIT frameClicked(frame);
}

void FilmStrip::wheelEvent(QWheelEvent* event)
{
    const QPoint turned = event->angleDelta();
    const int delta = std::abs(turned.x()) > std::abs(turned.y()) ? turned.x() : turned.y();
    auto* bar = horizontalScrollBar();
    bar->setValue(bar->value() - delta * 3 * slotWidth() / 120);
    event->accept();
}

bool FilmStrip::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::Leave)
        setHovered(-1);
    return QAbstractScrollArea::viewportEvent(event);
}

}  // namespace diffuscope::ui
