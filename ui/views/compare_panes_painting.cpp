// What compared runs look like.
#include "ui/theme/theme_colors.h"
#include "ui/views/compare_panes.h"
#include "ui/views/comparison.h"

#include <QPainter>
#include <QPaintEvent>

#include <algorithm>

namespace diffuscope::ui {

namespace {

constexpr int chipGapPx = 6;
constexpr int gripPx = 9;

}  // namespace

/// A chip in the colour of the run's curve, its name, and whether the others are compared with it; beneath it
/// the frame. Right of a swipe's line from right to left.
void ComparePanes::paintHead(QPainter& painter, std::size_t i, const QRect& area, bool isRight) const
{
    const ThemeColors& colors = themeColors(palette());
    const Pane& pane = m_panes[i];
    const QFontMetrics metrics(font());
    const QFontMetrics small(m_captionFont);
    const int line = metrics.height();
    const bool isReference = m_mode != Mode::swipe && i == m_comparison.reference();
    if (int(i) == m_hoveredHead && !isReference)
        painter.fillRect(area.adjusted(-3, -2, 3, -2), colors.hover);

    const int chip = metrics.ascent() * 3 / 4;
    const int indent = chip + chipGapPx;
    const QRect chipRect(isRight ? area.right() + 1 - chip : area.left(), area.top() + (line - chip) / 2,
                         chip, chip);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors.series[i % colors.series.size()]);
    painter.drawRoundedRect(chipRect, 2, 2);

    QRect text = isRight ? area.adjusted(0, 0, -indent, 0) : area.adjusted(indent, 0, 0, 0);
    const Qt::Alignment side = isRight ? Qt::AlignRight : Qt::AlignLeft;
    const QString badge = isReference ? tr("reference") : QString();
    const int badgeWidth = badge.isEmpty() ? 0 : small.horizontalAdvance(badge) + 2 * chipGapPx;
    QRect title = text;
    title.setHeight(line);
    if (!badge.isEmpty()) {
        const int nameWidth =
            std::min(metrics.horizontalAdvance(pane.name), title.width() - badgeWidth - chipGapPx);
        const QRect box(title.left() + nameWidth + chipGapPx, title.top() + (line - small.height()) / 2,
                        badgeWidth, small.height());
        painter.setPen(QPen(colors.accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
        painter.setFont(m_captionFont);
        painter.setPen(colors.text);
        painter.drawText(box, Qt::AlignCenter, badge);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setFont(font());
    painter.setPen(colors.text);
    const int room = title.width() - (badge.isEmpty() ? 0 : badgeWidth + chipGapPx);
    painter.drawText(title, side | Qt::AlignVCenter, metrics.elidedText(pane.name, Qt::ElideRight, room));
    // What sets the run apart, where there is room for it.
    const int taken = metrics.horizontalAdvance(pane.name) + (title.width() - room) + 2 * chipGapPx;
    if (title.width() - taken > 8 * metrics.averageCharWidth()) {
        const QRect rest = isRight ? title.adjusted(0, 0, -taken, 0) : title.adjusted(taken, 0, 0, 0);
        painter.setPen(colors.mutedText);
        painter.drawText(rest, side | Qt::AlignVCenter,
                         metrics.elidedText(pane.details, Qt::ElideRight, rest.width()));
    }
    painter.setFont(m_captionFont);
    painter.setPen(colors.mutedText);
    text.setTop(area.top() + line);
    painter.drawText(text, side | Qt::AlignTop, small.elidedText(pane.caption, Qt::ElideRight, text.width()));
}

void ComparePanes::paintImages(QPainter& painter, std::size_t i) const
{
    const Pane& pane = m_panes[i];
    const std::vector<QRect>& rects = m_geometry.images(m_mode == Mode::swipe ? 0 : i);
    const int height = pane.images.size.height();
    for (std::size_t k = 0; k < rects.size() && int(k) < pane.images.count; ++k)
        painter.drawImage(rects[k], pane.atlas, QRect(0, int(k) * height, pane.images.size.width(), height));
}

void ComparePanes::paintNote(QPainter& painter, std::size_t i) const
{
    if (m_panes[i].note.isEmpty())
        return;
    const int margin = 2 * CompareGeometry::gapPx;
    painter.setFont(font());
    painter.setPen(themeColors(palette()).mutedText);
    painter.drawText(m_geometry.pictures(i).adjusted(margin, margin, -margin, -margin),
                     Qt::AlignCenter | Qt::TextWordWrap, m_panes[i].note);
}

void ComparePanes::paintSwipe(QPainter& painter) const
{
    const ThemeColors& colors = themeColors(palette());
    const QRect head = m_geometry.head(0);
    const QRect pictures = m_geometry.pictures(0);
    const int line = pictures.left() + int(m_swipe * pictures.width());
    const int half = (head.width() - CompareGeometry::gapPx) / 2;
    for (std::size_t i = 0; i < 2; ++i) {
        const bool isRight = i == 1;
        painter.save();
        painter.setClipRect(isRight
                                ? QRect(line, pictures.top(), rect().right() - line + 1, pictures.height())
                                : QRect(0, pictures.top(), line, pictures.height()));
        paintImages(painter, i);
        painter.restore();
        const QRect side(isRight ? head.right() + 1 - half : head.left(), head.top(), half, head.height());
        paintHead(painter, i, side, isRight);
        if (!m_panes[i].note.isEmpty()) {
            const QRect room(isRight ? pictures.center().x() : pictures.left(), pictures.top(),
                             pictures.width() / 2, pictures.height());
            painter.setFont(font());
            painter.drawText(room.adjusted(8, 8, -8, -8), Qt::AlignCenter | Qt::TextWordWrap,
                             m_panes[i].note);
        }
    }
    painter.setPen(QPen(colors.accent, 2));
    painter.drawLine(line, pictures.top(), line, pictures.bottom());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colors.surface, 2));
    painter.setBrush(colors.accent);
    painter.drawEllipse(QPoint(line, pictures.center().y()), gripPx, gripPx);
    painter.setPen(QPen(colors.accentText, 1.5));
    for (const int way : {-1, 1}) {
        const QPoint tip(line + way * 5, pictures.center().y());
        painter.drawLine(tip, tip + QPoint(-way * 3, -3));
        painter.drawLine(tip, tip + QPoint(-way * 3, 3));
    }
}

/// Behind images there is nothing to fill.
void ComparePanes::paintEvent(QPaintEvent* event)
{
    const ThemeColors& colors = themeColors(palette());
    QPainter painter(this);
    const bool isSwipe = m_mode == Mode::swipe && m_panes.size() == 2;
    QRegion background = event->region();
    for (int i = 0; i < m_geometry.paneCount() && !isSwipe; ++i)
        for (const QRect& image : m_geometry.images(std::size_t(i)))
            background -= image;
    for (const QRect& part : background)
        painter.fillRect(part, colors.surface);
    if (isSwipe)
        return paintSwipe(painter);
    for (std::size_t i = 0; i < m_panes.size() && int(i) < m_geometry.paneCount(); ++i) {
        paintHead(painter, i, m_geometry.head(i), false);
        paintImages(painter, i);
        paintNote(painter, i);
    }
}

}  // namespace diffuscope::ui
