#include "ui/views/image_grid.h"

#include "ui/views/image_renderer.h"

#include <QEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QtMath>

namespace diffuscope::ui {

namespace {

constexpr int marginPx = 16;
constexpr double ringPx = 2.0;

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
    const bool reshaped = !(shape == m_shape);
    m_atlas = atlas;
    m_shape = shape;
    if (m_selected >= shape.batch)
        m_selected = shape.batch - 1;
    if (reshaped)
        updateLayout();
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

/// The number of columns that gives the largest magnification, and of those that give the same the one that
/// leaves the fewest places empty. A whole number of device pixels is taken unless that would waste more than
/// a quarter of the size (many images in a small window) or shrink below one.
ImageGrid::Layout ImageGrid::layoutFor(int count) const
{
    Layout best;
    if (count == 0 || m_shape.width == 0 || m_shape.height == 0)
        return best;
    const double ratio = devicePixelRatioF();
    const int gap = qRound((count > 36 ? 4 : 8) * ratio);
    const int caption = m_captions.isEmpty() ? 0 : qCeil((fontMetrics().height() + 2) * ratio);
    const double width = this->width() * ratio - 2 * marginPx * ratio + gap;
    const double height = this->height() * ratio - 2 * marginPx * ratio + gap;
    best.magnification = 0;
    int fewestEmpty = count;
    for (int columns = 1; columns <= count; ++columns) {
        const int rows = (count + columns - 1) / columns;
        const double byWidth = (width / columns - gap) / m_shape.width;
        const double byHeight = (height / rows - gap - caption) / m_shape.height;
        const double fitting = std::min(byWidth, byHeight);
        const double whole = std::floor(fitting);
        const double magnification = whole >= 1 && whole >= 0.75 * fitting ? whole : fitting;
        const int empty = columns * rows - count;
        const bool larger = magnification > best.magnification + 1e-9;
        if (larger || (magnification > best.magnification - 1e-9 && empty < fewestEmpty)) {
            best = {columns, magnification, gap, caption, {}};
            fewestEmpty = empty;
        }
    }
    best.magnification = std::max(best.magnification, 0.25);

    const int rows = (count + best.columns - 1) / best.columns;
    const double usedWidth = best.columns * (best.magnification * m_shape.width + gap) - gap;
    const double usedHeight = rows * (best.magnification * m_shape.height + gap + caption) - gap;
    best.origin = QPoint(qRound((this->width() * ratio - usedWidth) / 2),
                         qRound((this->height() * ratio - usedHeight) / 2));
    return best;
}

void ImageGrid::updateLayout()
{
    m_layout = layoutFor(visibleCount());
}

QRectF ImageGrid::imageRect(int k) const
{
    if (k < 0 || k >= m_shape.batch || (m_enlarged && k != m_selected))
        return {};
    const int place = m_enlarged ? 0 : k;
    const int column = place % m_layout.columns;
    const int row = place / m_layout.columns;
    const int width = qRound(m_layout.magnification * m_shape.width);
    const int height = qRound(m_layout.magnification * m_shape.height);
    const double x = m_layout.origin.x() + column * (width + m_layout.gap);
    const double y = m_layout.origin.y() + row * (height + m_layout.gap + m_layout.captionHeight);
    const double ratio = devicePixelRatioF();
    return {x / ratio, y / ratio, width / ratio, height / ratio};
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

void ImageGrid::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Window));
    if (m_shape.batch == 0 || m_atlas.isNull())
        return paintEmpty(painter);
    for (int k = m_enlarged ? m_selected : 0; k <= (m_enlarged ? m_selected : m_shape.batch - 1); ++k)
        paintCell(painter, k);
    paintMark(painter);
}

/// Around the pixel, dark within light, so that it shows on every grey.
void ImageGrid::paintMark(QPainter& painter) const
{
    const QRectF cell = m_marked ? imageRect(m_marked->image) : QRectF();
    if (cell.isEmpty() || m_marked->x >= m_shape.width || m_marked->y >= m_shape.height)
        return;
    const double side = cell.width() / m_shape.width;
    const QRectF pixel(cell.left() + m_marked->x * side, cell.top() + m_marked->y * side, side, side);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(palette().color(QPalette::Window), 1));
    painter.drawRect(pixel.adjusted(-2.5, -2.5, 2.5, 2.5));
    painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
    painter.drawRect(pixel.adjusted(-1, -1, 1, 1));
}

void ImageGrid::paintEmpty(QPainter& painter) const
{
    const QRect area = rect().adjusted(marginPx, marginPx, -marginPx, -marginPx);
    QFont titleFont = font();
    titleFont.setPointSizeF(font().pointSizeF() * 1.5);
    const int titleHeight = QFontMetrics(titleFont).height();
    const int flags = Qt::AlignHCenter | Qt::TextWordWrap;
    const int textHeight = fontMetrics().boundingRect(area, flags, m_emptyText).height();
    const int top = area.center().y() - (titleHeight + 8 + textHeight) / 2;
    painter.setPen(palette().color(QPalette::WindowText));
    painter.setFont(titleFont);
    painter.drawText(QRect(area.left(), top, area.width(), titleHeight), flags, m_emptyTitle);
    painter.setFont(font());
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(QRect(area.left(), top + titleHeight + 8, area.width(), area.bottom() - top), flags,
                     m_emptyText);
}

void ImageGrid::paintCell(QPainter& painter, int k) const
{
    const QRectF cell = imageRect(k);
    if (cell.isEmpty())
        return;
    painter.drawImage(cell, m_atlas, atlasCell(m_shape, k));
    const QColor highlight = palette().color(QPalette::Highlight);
    if (k == m_selected && !m_enlarged) {
        painter.setPen(QPen(highlight, ringPx));
        painter.setBrush(Qt::NoBrush);
        const double out = ringPx / 2 + 1;
        painter.drawRect(cell.adjusted(-out, -out, out, out));
    }
    if (m_layout.captionHeight == 0 || k >= m_captions.size())
        return;
    const QRectF line(cell.left() - 2, cell.bottom() + 2, cell.width() + 4,
                      m_layout.captionHeight / devicePixelRatioF() - 2);
    painter.setPen(palette().color(k == m_selected ? QPalette::WindowText : QPalette::PlaceholderText));
    painter.drawText(line, Qt::AlignHCenter | Qt::AlignTop,
                     fontMetrics().elidedText(m_captions[k], Qt::ElideRight, int(line.width())));
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

void ImageGrid::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::RightButton) {
        if (const auto pixel = pixelAt(event->position()))
            Q_EMIT pixelPinned(*pixel);
        return;
    }
    if (event->button() != Qt::LeftButton)
        return event->ignore();
    if (m_enlarged)
        return setEnlarged(false);
    const auto pixel = pixelAt(event->position());
    if (!pixel)
        return;
    Q_EMIT imageClicked(pixel->image);
    setSelected(pixel->image);
    setEnlarged(true);
}

void ImageGrid::mouseMoveEvent(QMouseEvent* event)
{
    const auto pixel = pixelAt(event->position());
    setCursor(pixel ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (pixel)
        Q_EMIT pixelHovered(*pixel);
    else
        Q_EMIT pixelLeft();
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

/// Left and right belong to the playhead everywhere in the window; up and down choose the image.
void ImageGrid::keyPressEvent(QKeyEvent* event)
{
    const int row = m_enlarged ? 1 : m_layout.columns;
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
            return setEnlarged(!m_enlarged);
        case Qt::Key_Escape:
            if (m_enlarged)
                return setEnlarged(false);
            break;
        default:
            break;
    }
    QWidget::keyPressEvent(event);
}

}  // namespace diffuscope::ui
