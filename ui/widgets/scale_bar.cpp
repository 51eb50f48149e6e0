// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/scale_bar.h"

#include "ui/theme/fonts.h"
#include "ui/theme/theme_colors.h"

#include <QEvent>
#include <QLocale>
#include <QPainter>

#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr int scaleBarGap = 5;
constexpr int scaleBarLength = 72;

}  // namespace

QString scaleEndText(float value)
{
    const QLocale locale;
    if (value == std::round(value) && std::abs(value) < 1e4F)
        return locale.toString(double(value), 'f', 0).replace(QLatin1Char('-'), QChar(0x2212));
    return locale.toString(double(value), 'g', 3).replace(QLatin1Char('-'), QChar(0x2212));
}

ScaleBar::ScaleBar(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Colour scale"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setScale({});
}

void ScaleBar::setScale(const ColorScale& scale)
{
    m_scale = scale;
    setAccessibleDescription(
        tr("%1 to %2").arg(scaleEndText(m_scale.range.low), scaleEndText(m_scale.range.high)));
    update();
}

int ScaleBar::labelWidth() const
{
    return QFontMetrics(tabularFont(captionFont(font()))).horizontalAdvance(QStringLiteral("−0.888"));
}

QSize ScaleBar::sizeHint() const
{
    const int height = QFontMetrics(captionFont(font())).height();
    return {2 * (labelWidth() + scaleBarGap) + scaleBarLength * height / 14, height + 4};
}

QSize ScaleBar::minimumSizeHint() const
{
    return sizeHint();
}

void ScaleBar::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = themeColors(palette());
    const int label = labelWidth() + scaleBarGap;
    const QRect bar = rect().adjusted(label, 4, -label, -4);
    QPainter painter(this);
    for (int x = 0; x < bar.width(); ++x) {
        const double place = bar.width() > 1 ? 2.0 * x / (bar.width() - 1) - 1 : 0;
        const int grey = int(std::lround(127.5 * (place + 1)));
        painter.fillRect(bar.left() + x, bar.top(), 1, bar.height(),
                         m_scale.isDiverging ? QColor(divergingColor(place)) : QColor(grey, grey, grey));
    }
    painter.setPen(colors.outline);
    painter.drawRect(bar.adjusted(0, 0, -1, -1));
    if (m_scale.range.low < 0 && m_scale.range.high > 0) {
        const double zero = -double(m_scale.range.low) / double(m_scale.range.high - m_scale.range.low);
        const int x = bar.left() + int(std::lround(zero * (bar.width() - 1)));
        painter.setPen(colors.mutedText);
        painter.drawLine(x, bar.top() - 3, x, bar.top() - 1);
        painter.drawLine(x, bar.bottom() + 1, x, bar.bottom() + 3);
    }
    painter.setFont(tabularFont(captionFont(font())));
    painter.setPen(colors.mutedText);
    painter.drawText(QRect(0, 0, label - scaleBarGap, height()), Qt::AlignRight | Qt::AlignVCenter,
                     scaleEndText(m_scale.range.low));
    painter.drawText(QRect(bar.right() + 1 + scaleBarGap, 0, label, height()),
                     Qt::AlignLeft | Qt::AlignVCenter, scaleEndText(m_scale.range.high));
}

void ScaleBar::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateGeometry();
}

}  // namespace diffuscope::ui
