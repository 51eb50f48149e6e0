// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/words/attention_heat.h"

#include "ui/theme/fonts.h"
#include "ui/theme/layer_colors.h"

#include <QEvent>
#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

/// The picture beneath stays to be seen everywhere.
constexpr float mostCover = 0.85F;
constexpr int heatScaleGap = 5;
constexpr int heatScaleLength = 64;

}  // namespace

float heatCover(float value, float top)
{
    return top > 0 ? mostCover * std::clamp(value / top, 0.0F, 1.0F) : 0.0F;
}

QColor heatColor(float value, float top, const QColor& background)
{
    const float cover = heatCover(value, top) / mostCover;
    const QColor full = attentionColor();
    const auto mixed = [cover](float under, float over) { return under + (over - under) * cover; };
    return QColor::fromRgbF(mixed(background.redF(), full.redF()), mixed(background.greenF(), full.greenF()),
                            mixed(background.blueF(), full.blueF()));
}

HeatPicture heatPicture(const record::TextAttention& attention, int token, int layer, float top)
{
    HeatPicture heat;
    for (int i = 0; i < int(attention.layers.size()); ++i) {
        if (layer >= 0 && i != layer)
            continue;
        heat.height = std::max(heat.height, attention.layers[std::size_t(i)].height);
        heat.width = std::max(heat.width, attention.layers[std::size_t(i)].width);
    }
    if (heat.height == 0 || attention.batch == 0)
        return {};
    const QColor full = attentionColor();
    heat.atlas = QImage(heat.width, heat.height * attention.batch, QImage::Format_ARGB32_Premultiplied);
    for (int k = 0; k < attention.batch; ++k) {
        const std::vector<float> map = layer < 0
                                           ? attention.meanMap(k, std::size_t(token), heat.height, heat.width)
                                           : attention.map(std::size_t(layer), k, std::size_t(token));
        for (int row = 0; row < heat.height; ++row) {
            auto* line = reinterpret_cast<QRgb*>(heat.atlas.scanLine(k * heat.height + row));
            for (int column = 0; column < heat.width; ++column) {
                const float value = map[std::size_t(row * heat.width + column)];
                const int alpha = int(std::lround(255 * heatCover(value, top)));
                line[column] = qPremultiply(qRgba(full.red(), full.green(), full.blue(), alpha));
            }
        }
    }
    return heat;
}

QString shareText(double share)
{
    const double percent = 100 * share;
    return QStringLiteral("%1 %").arg(QLocale().toString(percent, 'f', percent < 10 ? 1 : 0));
}

HeatScale::HeatScale(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Colours of attention"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void HeatScale::setTop(float top)
{
    if (top == m_top)
        return;
    m_top = top;
    setAccessibleDescription(tr("0 to %1").arg(shareText(double(top))));
    updateGeometry();
    update();
}

QSize HeatScale::sizeHint() const
{
    const QFontMetrics metrics(tabularFont(captionFont(font())));
    return {metrics.horizontalAdvance(QStringLiteral("0")) + metrics.horizontalAdvance(shareText(0.0888)) +
                2 * heatScaleGap + heatScaleLength * metrics.height() / 14,
            metrics.height() + 4};
}

void HeatScale::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = themeColors(palette());
    QPainter painter(this);
    painter.setFont(tabularFont(captionFont(font())));
    const QFontMetrics metrics = painter.fontMetrics();
    const int left = metrics.horizontalAdvance(QStringLiteral("0")) + heatScaleGap;
    const int right = metrics.horizontalAdvance(shareText(0.0888)) + heatScaleGap;
    const QRect bar = rect().adjusted(left, 4, -right, -4);
    for (int x = 0; x < bar.width(); ++x)
        painter.fillRect(bar.left() + x, bar.top(), 1, bar.height(),
                         heatColor(float(x), float(std::max(bar.width() - 1, 1)), colors.surface));
    painter.setPen(colors.outline);
    painter.drawRect(bar.adjusted(0, 0, -1, -1));
    painter.setPen(colors.mutedText);
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("0"));
    painter.drawText(rect().adjusted(bar.right() + 1 + heatScaleGap, 0, 0, 0),
                     Qt::AlignLeft | Qt::AlignVCenter,
                     m_top > 0 ? shareText(double(m_top)) : QStringLiteral("–"));
}

void HeatScale::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateGeometry();
}

}  // namespace diffuscope::ui
