// SPDX-License-Identifier: GPL-3.0-or-later
// What an ImageGrid looks like.
#include "ui/stage/image_grid.h"
#include "ui/widgets/image_renderer.h"

#include <QPainter>
#include <QPaintEvent>

#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr double ringPx = 2.0;

}  // namespace

/// No pixel of a picture is painted twice.
void ImageGrid::paintEvent(QPaintEvent* event)
{
    QPainter painter(this);
    const QColor window = palette().color(QPalette::Window);
    if (m_shape.batch == 0 || m_atlas.isNull()) {
        painter.fillRect(rect(), window);
        return paintEmpty(painter);
    }
    const int first = m_enlarged ? m_selected : 0;
    const int last = m_enlarged ? m_selected : m_shape.batch - 1;
    QRegion background = event->region();
    for (int k = first; k <= last; ++k) {
        const QRectF cell = imageRect(k);
        background -= QRect(QPoint(int(std::ceil(cell.left())), int(std::ceil(cell.top()))),
                            QPoint(int(std::floor(cell.right())) - 1, int(std::floor(cell.bottom())) - 1));
    }
    for (const QRect& part : background)
        painter.fillRect(part, window);
    for (int k = first; k <= last; ++k)
        if (cellArea(k).intersects(event->rect()))
            paintCell(painter, k);
    paintMark(painter);
    paintNotice(painter);
}

QRectF ImageGrid::pixelRect(const ImagePixel& pixel) const
{
    const QRectF cell = imageRect(pixel.image);
    if (cell.isEmpty() || pixel.x >= m_shape.width || pixel.y >= m_shape.height)
        return {};
    const double side = cell.width() / m_shape.width;
    return {cell.left() + pixel.x * side, cell.top() + pixel.y * side, side, side};
}

/// Around the pixel, dark within light, so that it shows on every grey.
void ImageGrid::paintMark(QPainter& painter) const
{
    painter.setBrush(Qt::NoBrush);
    const auto frame = [&](const QRectF& pixel, double width) {
        if (pixel.isEmpty())
            return;
        painter.setPen(QPen(palette().color(QPalette::Window), 1));
        painter.drawRect(pixel.adjusted(-0.5 - width, -0.5 - width, 0.5 + width, 0.5 + width));
        painter.setPen(QPen(palette().color(QPalette::Highlight), width));
        painter.drawRect(pixel.adjusted(-width / 2, -width / 2, width / 2, width / 2));
    };
    for (int k = 0; m_echo && k < m_shape.batch; ++k)
        frame(pixelRect({k, m_echo->x(), m_echo->y()}), 1);
    if (m_marked)
        frame(pixelRect(*m_marked), 2);
}

void ImageGrid::paintNotice(QPainter& painter) const
{
    if (m_notice.isEmpty())
        return;
    const int flags = Qt::AlignCenter | Qt::TextWordWrap;
    const QRect room = rect().adjusted(3 * GridGeometry::marginPx, 0, -3 * GridGeometry::marginPx, 0);
    const QRect text = fontMetrics().boundingRect(room, flags, m_notice);
    const QRect box = text.adjusted(-14, -10, 14, 10);
    painter.setPen(palette().color(QPalette::Mid));
    painter.setBrush(palette().color(QPalette::Base));
    painter.drawRect(box.adjusted(0, 0, -1, -1));
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(text, flags, m_notice);
}

void ImageGrid::paintEmpty(QPainter& painter) const
{
    constexpr int margin = GridGeometry::marginPx;
    const QRect area = rect().adjusted(margin, margin, -margin, -margin);
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
    if (const QString reason = m_absences.value(k); !reason.isEmpty() || !m_notice.isEmpty())
        paintAbsence(painter, cell, reason);
    else
        painter.drawImage(cell, m_overlay.isNull() ? m_atlas : m_grey, atlasCell(m_shape, k));
    // Pale pictures end somewhere too.
    painter.setPen(QPen(palette().color(QPalette::Mid), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(cell.adjusted(-0.5, -0.5, 0.5, 0.5));
    if (!m_overlay.isNull() && m_shape.batch > 0) {
        const int height = m_overlay.height() / m_shape.batch;
        painter.drawImage(cell, m_overlay, QRect(0, k * height, m_overlay.width(), height));
    }
    if (k == m_selected && !m_enlarged) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), ringPx));
        painter.setBrush(Qt::NoBrush);
        const double out = ringPx / 2 + 1;
        painter.drawRect(cell.adjusted(-out, -out, out, out));
    }
    const QRectF caption = captionRect(k);
    if (!caption.isEmpty())
        paintCaption(painter, caption, k);
}

/// A pale box, with the reason where it fits.
void ImageGrid::paintAbsence(QPainter& painter, const QRectF& cell, const QString& reason) const
{
    painter.fillRect(cell, palette().color(QPalette::AlternateBase));
    painter.setPen(QPen(palette().color(QPalette::Mid), 1, Qt::DashLine));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5));
    const QRect room = cell.adjusted(6, 4, -6, -4).toRect();
    const int flags = Qt::AlignCenter | Qt::TextWordWrap;
    painter.setPen(palette().color(QPalette::PlaceholderText));
    const bool fits = room.contains(fontMetrics().boundingRect(room, flags, reason));
    painter.drawText(room, flags, fits || reason.isEmpty() ? reason : QStringLiteral("–"));
}

void ImageGrid::paintCaption(QPainter& painter, const QRectF& line, int k) const
{
    painter.setPen(palette().color(k == m_selected ? QPalette::WindowText : QPalette::PlaceholderText));
    painter.drawText(line, Qt::AlignHCenter | Qt::AlignTop,
                     fontMetrics().elidedText(m_captions[k], Qt::ElideRight, int(line.width())));
}

}  // namespace diffuscope::ui
