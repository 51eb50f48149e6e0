// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/segment_button.h"

#include "ui/theme/theme_colors.h"

#include <QPainter>

namespace diffuscope::ui {

namespace {

constexpr int paddingPx = 8;
constexpr int heightPaddingPx = 8;
constexpr double cornerPx = 3;

}  // namespace

SegmentButton::SegmentButton(QWidget* parent) : QToolButton(parent)
{
    setCheckable(true);
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
}

QSize SegmentButton::sizeHint() const
{
    return {fontMetrics().horizontalAdvance(text()) + 2 * paddingPx,
            fontMetrics().height() + heightPaddingPx};
}

void SegmentButton::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = themeColors(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool lit = isChecked() && isEnabled();
    const QColor fill = lit ? colors.accent : isDown() || underMouse() ? colors.hover : colors.raised;
    painter.setBrush(fill);
    painter.setPen(QPen(lit ? colors.accent : hasFocus() ? colors.accent : colors.outline, 1));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), cornerPx, cornerPx);
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(lit ? colors.accentText : colors.accent, 1));
        painter.drawRoundedRect(QRectF(rect()).adjusted(2.5, 2.5, -2.5, -2.5), cornerPx - 1, cornerPx - 1);
    }
    painter.setPen(!isEnabled() ? colors.disabledText : lit ? colors.accentText : colors.text);
    painter.drawText(rect(), Qt::AlignCenter, text());
}

}  // namespace diffuscope::ui
