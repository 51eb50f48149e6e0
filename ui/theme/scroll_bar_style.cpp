// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/scroll_bar_style.h"

#include "ui/theme/theme_colors.h"

#include <QPainter>
#include <QStyleOptionSlider>

#include <algorithm>

namespace diffuscope::ui {

namespace {

constexpr int shortestThumb = 28;
constexpr int thumbThickness = 6;

/// Where the thumb is along the bar: its start and its length.
std::pair<int, int> thumbSpan(const QStyleOptionSlider& bar)
{
    const int length = bar.orientation == Qt::Horizontal ? bar.rect.width() : bar.rect.height();
    const int range = bar.maximum - bar.minimum;
    if (range <= 0)
        return {0, length};
    const auto share = qint64(bar.pageStep) * length / (qint64(range) + bar.pageStep);
    const int thumb = std::clamp(int(share), std::min(shortestThumb, length), length);
    const int start = QStyle::sliderPositionFromValue(bar.minimum, bar.maximum, bar.sliderPosition,
                                                      length - thumb, bar.upsideDown);
    return {start, thumb};
}

}  // namespace

QRect scrollBarPart(const QStyleOptionSlider& bar, QStyle::SubControl part)
{
    const auto [start, thumb] = thumbSpan(bar);
    const bool isHorizontal = bar.orientation == Qt::Horizontal;
    const int length = isHorizontal ? bar.rect.width() : bar.rect.height();
    const auto along = [&](int from, int size) {
        const QRect rect =
            isHorizontal ? QRect(from, 0, size, bar.rect.height()) : QRect(0, from, bar.rect.width(), size);
        return QStyle::visualRect(bar.direction, bar.rect, rect.translated(bar.rect.topLeft()));
    };
    switch (part) {
        case QStyle::SC_ScrollBarGroove:
            return bar.rect;
        case QStyle::SC_ScrollBarSlider:
            return along(start, thumb);
        case QStyle::SC_ScrollBarSubPage:
            return along(0, start);
        case QStyle::SC_ScrollBarAddPage:
            return along(start + thumb, length - start - thumb);
        default:
            return {};
    }
}

void drawScrollBar(const QStyleOptionSlider& bar, QPainter& painter)
{
    const ThemeColors& colors = themeColors(bar.palette);
    painter.fillRect(bar.rect, bar.palette.window());
    if (bar.maximum <= bar.minimum)
        return;
    const bool isTouched = bar.activeSubControls & QStyle::SC_ScrollBarSlider &&
                           bar.state & (QStyle::State_MouseOver | QStyle::State_Sunken);
    const QRect part = scrollBarPart(bar, QStyle::SC_ScrollBarSlider);
    constexpr qreal air = (scrollBarExtent - thumbThickness) / 2.0;
    const QRectF thumb = bar.orientation == Qt::Horizontal ? QRectF(part).adjusted(2, air, -2, -air)
                                                           : QRectF(part).adjusted(air, 2, -air, -2);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(isTouched ? colors.mutedText : colors.outline);
    painter.drawRoundedRect(thumb, thumbThickness / 2.0, thumbThickness / 2.0);
    painter.restore();
}

}  // namespace diffuscope::ui
