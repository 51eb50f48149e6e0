// SPDX-License-Identifier: GPL-3.0-or-later
// What compared runs look like.
#include "ui/compare/compare_panes.h"
#include "ui/compare/comparison.h"
#include "ui/theme/theme_colors.h"

#include <QPainter>
#include <QPaintEvent>

#include <algorithm>

namespace diffuscope::ui {

namespace {

constexpr int chipGapPx = 6;
constexpr int gripPx = 9;
/// Fewer of them tell nothing.
constexpr int leastLetters = 6;

}  // namespace

void ComparePanes::paintBadge(QPainter& painter, const QRectF& box, const QString& text) const
{
    const ThemeColors& colors = themeColors(palette());
    painter.setPen(QPen(colors.accent, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(box, 3, 3);
    painter.setFont(m_captionFont);
    painter.setPen(colors.text);
    painter.drawText(box, Qt::AlignCenter, text);
}

/// A chip in the colour of the run's curve, its name, whether the others are compared with it, and what sets
/// it apart; beneath that the frame. Right of a swipe's line it ends at the right.
void ComparePanes::paintHead(QPainter& painter, std::size_t i, QRect area, bool isRight) const
{
    const ThemeColors& colors = themeColors(palette());
    const Pane& pane = m_panes[i];
    const QFontMetrics metrics(font());
    const QFontMetrics small(m_captionFont);
    const int line = metrics.height();
    const int chip = metrics.ascent() * 3 / 4;
    const int indent = chip + chipGapPx;
    const bool isReference = m_mode != Mode::swipe && i == m_comparison.reference();
    const QString badge = isReference ? tr("reference") : QString();
    const int badgeWidth = isReference ? small.horizontalAdvance(badge) + 3 * chipGapPx : 0;
    if (isRight) {
        const int wanted =
            metrics.horizontalAdvance(pane.name) + 2 * chipGapPx + metrics.horizontalAdvance(pane.details);
        const int text = std::max(wanted, small.horizontalAdvance(pane.caption)) + 1;
        area.setLeft(std::max(area.left(), area.right() + 1 - indent - text));
    }
    if (int(i) == m_hoveredHead && !isReference)
        painter.fillRect(area.adjusted(-3, -2, 3, -2), colors.hover);

    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors.series[i % colors.series.size()]);
    painter.drawRoundedRect(QRect(area.left(), area.top() + (line - chip) / 2, chip, chip), 2, 2);

    const QRect title(area.left() + indent, area.top(), area.width() - indent, line);
    const QString name = metrics.elidedText(pane.name, Qt::ElideRight, title.width() - badgeWidth);
    int taken = metrics.horizontalAdvance(name);
    if (isReference) {
        const QRectF box(title.left() + taken + chipGapPx + 0.5,
                         title.top() + (line - small.height()) / 2 + 0.5, badgeWidth - chipGapPx - 1,
                         small.height() - 1);
        paintBadge(painter, box, badge);
        taken += badgeWidth;
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setFont(font());
    painter.setPen(colors.text);
    painter.drawText(title, Qt::AlignLeft | Qt::AlignVCenter, name);
    const QRect rest = title.adjusted(taken + 2 * chipGapPx, 0, 0, 0);
    painter.setPen(colors.mutedText);
    if (rest.width() > leastLetters * metrics.averageCharWidth())
        painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(pane.details, Qt::ElideRight, rest.width()));
    painter.setFont(m_captionFont);
    const bool fits = small.horizontalAdvance(pane.caption) <= title.width();
    painter.drawText(
        QRect(title.left(), area.top() + line, title.width(), small.height()),
        Qt::AlignLeft | Qt::AlignVCenter,
        small.elidedText(fits ? pane.caption : pane.shortCaption, Qt::ElideRight, title.width()));
}

void ComparePanes::paintImages(QPainter& painter, std::size_t i) const
{
    const Pane& pane = m_panes[i];
    const std::vector<QRect>& rects = m_geometry.images(m_mode == Mode::swipe ? 0 : i);
    const int height = pane.images.size.height();
    const auto shown = std::min(rects.size(), std::size_t(pane.images.count));
    for (std::size_t k = 0; k < shown; ++k)
        painter.drawImage(rects[k], pane.atlas, QRect(0, int(k) * height, pane.images.size.width(), height));
    // Pale pictures end somewhere too.
    painter.setPen(palette().color(QPalette::Mid));
    painter.setBrush(Qt::NoBrush);
    for (std::size_t k = 0; k < shown; ++k)
        painter.drawRect(rects[k].adjusted(-1, -1, 0, 0));
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
