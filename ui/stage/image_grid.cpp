// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stage/image_grid.h"

#include <QApplication>
#include <QEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPainter>
#include <QToolTip>

#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr double zoomOfANotch = 1.25;
constexpr int wheelNotch = 120;
constexpr double paleness = 0.6;

/// Grey and pale, so that what lies over it is seen alike on dark and on light.
QImage underOverlay(const QImage& atlas)
{
    if (atlas.isNull())
        return {};
    QImage pale = atlas.convertToFormat(QImage::Format_Grayscale8).convertToFormat(QImage::Format_RGB32);
    QPainter painter(&pale);
    painter.setOpacity(paleness);
    painter.fillRect(pale.rect(), Qt::white);
    return pale;
}

}  // namespace

ImageGrid::ImageGrid(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAttribute(Qt::WA_OpaquePaintEvent);
}

void ImageGrid::setImages(const QImage& atlas, const record::BatchShape& shape)
{
    const bool reshaped = !(shape == m_shape) || m_atlas.isNull();
    m_atlas = atlas;
    if (!m_overlay.isNull())
        m_grey = underOverlay(m_atlas);
    m_shape = shape;
    if (m_selected >= shape.batch)
        m_selected = shape.batch - 1;
    if (reshaped)
        updateLayout();
    // All of it: where Qt must draw within several rectangles, it hands parts of each picture to other
    // threads and waits for them, which takes longer than all else.
    update();
}

void ImageGrid::setOverlay(const QImage& atlas)
{
    if (atlas.isNull() && m_overlay.isNull())
        return;
    m_overlay = atlas;
    m_grey = m_overlay.isNull() ? QImage() : underOverlay(m_atlas);
    update();
}

void ImageGrid::setCaptions(const QStringList& captions)
{
    if (captions == m_captions)
        return;
    m_captions = captions;
    updateLayout();
    update();
}

void ImageGrid::setSelected(int image)
{
    if (image == m_selected)
        return;
    m_selected = image;
    update();
}

void ImageGrid::setAbsences(const QStringList& reasons)
{
    if (reasons == m_absences)
        return;
    m_absences = reasons;
    update();
}

void ImageGrid::setNotice(const QString& notice)
{
    if (notice == m_notice)
        return;
    m_notice = notice;
    update();
}

void ImageGrid::setEcho(const std::optional<QPoint>& pixel)
{
    if (pixel == m_echo)
        return;
    m_echo = pixel;
    update();
}

void ImageGrid::setMarked(const std::optional<ImagePixel>& pixel)
{
    m_marked = pixel;
    update();
}

void ImageGrid::setEnlarged(bool enlarged)
{
    if (enlarged == m_enlarged || (enlarged && m_shape.batch == 0))
        return;
    m_enlarged = enlarged;
    if (m_enlarged && m_selected < 0)
        m_selected = 0;
    updateLayout();
    m_geometry.fit();
    update();
    Q_EMIT enlargeToggled(m_enlarged);
}

void ImageGrid::setEmptyText(const QString& title, const QString& text)
{
    m_emptyTitle = title;
    m_emptyText = text;
    setAccessibleDescription(text);
    update();
}

void ImageGrid::clear()
{
    m_atlas = {};
    m_shape = {};
    m_enlarged = false;
    updateLayout();
    update();
}

QSize ImageGrid::sizeHint() const
{
    return {560, 480};
}

QSize ImageGrid::minimumSizeHint() const
{
    return {240, 200};
}

void ImageGrid::updateLayout()
{
    m_geometry.arrange(visibleCount(), QSize(m_shape.width, m_shape.height),
                       {.size = size(),
                        .ratio = devicePixelRatioF(),
                        .captionPx = m_captions.isEmpty() ? 0 : fontMetrics().height() + 2});
}

QRectF ImageGrid::imageRect(int k) const
{
    if (k < 0 || k >= m_shape.batch || (m_enlarged && k != m_selected))
        return {};
    return m_geometry.cell(m_enlarged ? 0 : k);
}

QRectF ImageGrid::captionRect(int k) const
{
    const QRectF cell = imageRect(k);
    if (cell.isEmpty() || m_geometry.captionPx() == 0 || k >= m_captions.size())
        return {};
    return {cell.left() - 2, cell.bottom() + 2, cell.width() + 4, double(m_geometry.captionPx() - 2)};
}

QRectF ImageGrid::cellArea(int k) const
{
    const QRectF cell = imageRect(k);
    return cell.isEmpty() ? QRectF() : cell.adjusted(-4, -4, 4, 4) | captionRect(k);
}

void ImageGrid::zoomAt(QPointF position, double factor)
{
    m_geometry.zoomAt(position, factor);
    showCursor(position);
    update();
}

void ImageGrid::panBy(QPointF delta)
{
    m_geometry.panBy(delta);
    update();
}

void ImageGrid::zoomBy(double factor)
{
    const QPointF cursor = mapFromGlobal(QCursor::pos());
    zoomAt(underMouse() && rect().contains(cursor.toPoint()) ? cursor : QRectF(rect()).center(), factor);
}

void ImageGrid::showAll()
{
    m_geometry.fit();
    update();
}

std::optional<ImagePixel> ImageGrid::pixelAt(QPointF position) const
{
    const int first = m_enlarged ? m_selected : 0;
    const int last = m_enlarged ? m_selected : m_shape.batch - 1;
    for (int k = first; k <= last; ++k) {
        const QRectF cell = imageRect(k);
        if (!cell.contains(position))
            continue;
        const QPointF inside = position - cell.topLeft();
        return ImagePixel{k, std::min(int(inside.x() * m_shape.width / cell.width()), m_shape.width - 1),
                          std::min(int(inside.y() * m_shape.height / cell.height()), m_shape.height - 1)};
    }
    return std::nullopt;
}

void ImageGrid::resizeEvent(QResizeEvent*)
{
    updateLayout();
}

void ImageGrid::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::FontChange)
        updateLayout();
    QWidget::changeEvent(event);
}

bool ImageGrid::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && !m_tips.isEmpty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto pixel = pixelAt(help->pos());
        QToolTip::showText(help->globalPos(), pixel ? m_tips.value(pixel->image) : QString(), this);
        return true;
    }
    if (event->type() == QEvent::NativeGesture) {
        const auto* gesture = static_cast<QNativeGestureEvent*>(event);
        if (gesture->gestureType() == Qt::ZoomNativeGesture) {
            zoomAt(gesture->position(), 1 + gesture->value());
            return true;
        }
    }
    return QWidget::event(event);
}

void ImageGrid::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::RightButton) {
        if (const auto pixel = pixelAt(event->position()))
            Q_EMIT pixelPinned(*pixel);
        return;
    }
    if (event->button() == Qt::MiddleButton)
        m_dragged = event->position();
    else if (event->button() == Qt::LeftButton)
        m_pressed = event->position();
    else
        event->ignore();
}

void ImageGrid::mouseMoveEvent(QMouseEvent* event)
{
    const QPointF position = event->position();
    if (m_pressed && isZoomed() &&
        (position - *m_pressed).manhattanLength() >= QApplication::startDragDistance())
        m_dragged = std::exchange(m_pressed, std::nullopt);
    if (m_dragged) {
        setCursor(Qt::ClosedHandCursor);
        panBy(position - *m_dragged);
        m_dragged = position;
        return;
    }
    showCursor(position);
    if (const auto pixel = pixelAt(position))
        Q_EMIT pixelHovered(*pixel);
    else
        Q_EMIT pixelLeft();
}

void ImageGrid::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton)
        return event->ignore();
    const bool isClick = m_pressed && event->button() == Qt::LeftButton;
    m_pressed.reset();
    m_dragged.reset();
    showCursor(event->position());
    if (isClick)
        click(event->position());
}

void ImageGrid::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && isZoomed())
        return showAll();
    mousePressEvent(event);
}

void ImageGrid::showCursor(QPointF position)
{
    setCursor(isZoomed() ? Qt::OpenHandCursor : pixelAt(position) ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

/// While zoomed in a click chooses and leaves the view as it is: it may be the first of two.
void ImageGrid::click(QPointF position)
{
    const auto pixel = pixelAt(position);
    if (m_enlarged && !isZoomed())
        return setEnlarged(false);
    if (!pixel || m_enlarged)
        return;
    const bool enlarges = m_clickEnlarges && !isZoomed();
    Q_EMIT imageClicked(pixel->image);
    setSelected(pixel->image);
    if (enlarges)
        setEnlarged(true);
}

void ImageGrid::wheelEvent(QWheelEvent* event)
{
    const double notches = double(event->angleDelta().y()) / wheelNotch;
    if (notches != 0 && m_shape.batch > 0)
        zoomAt(event->position(), std::pow(zoomOfANotch, notches));
    event->accept();
}

void ImageGrid::leaveEvent(QEvent*)
{
    Q_EMIT pixelLeft();
}

void ImageGrid::moveSelection(int delta)
{
    if (m_shape.batch == 0)
        return;
    const int image = std::clamp(std::max(m_selected, 0) + delta, 0, m_shape.batch - 1);
    setSelected(image);
    Q_EMIT selectionMoved(image);
}

/// Left and right belong to the playhead everywhere in the window; up and down choose the image. With Ctrl
/// they move a picture that is zoomed in.
void ImageGrid::keyPressEvent(QKeyEvent* event)
{
    if (event->modifiers() & Qt::ControlModifier && isZoomed()) {
        const QPointF stride(width() / 8.0, height() / 8.0);
        switch (event->key()) {
            case Qt::Key_Left:
                return panBy({stride.x(), 0});
            case Qt::Key_Right:
                return panBy({-stride.x(), 0});
            case Qt::Key_Up:
                return panBy({0, stride.y()});
            case Qt::Key_Down:
                return panBy({0, -stride.y()});
            default:
                break;
        }
    }
    const int row = m_enlarged ? 1 : m_geometry.columns();
    switch (event->key()) {
        case Qt::Key_Up:
            return moveSelection(-row);
        case Qt::Key_Down:
            return moveSelection(row);
        case Qt::Key_PageUp:
            return moveSelection(-1);
        case Qt::Key_PageDown:
            return moveSelection(1);
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (!m_clickEnlarges)
                return Q_EMIT imageClicked(std::max(m_selected, 0));
            return setEnlarged(!m_enlarged);
        case Qt::Key_Escape:
            if (isZoomed())
                return showAll();
            if (m_enlarged)
                return setEnlarged(false);
            break;
        default:
            break;
    }
    QWidget::keyPressEvent(event);
}

}  // namespace diffuscope::ui
