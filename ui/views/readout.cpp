#include "ui/views/readout.h"

#include "ui/theme/fonts.h"
#include "ui/theme/theme_colors.h"

#include <QFontMetrics>
#include <QPainter>

namespace diffuscope::ui {

namespace {

constexpr int padding = 4;
constexpr int swatchWidth = 14;
constexpr int swatchGap = 6;

QSize cellSize(const QFont& font, const QString& caption, const QString& widest)
{
    const QFontMetrics captions(captionFont(font));
    const QFontMetrics values(tabularFont(font));
    const int width = std::max(captions.horizontalAdvance(caption), values.horizontalAdvance(widest));
    return {width + 2 * padding, captions.height() + values.height() + 2 * padding};
}

/// Caption above, value beneath, left-aligned in `rect`.
void paintCell(QPainter& painter, const QRect& rect, const QString& caption, const QString& value,
               const QColor& captionColor, const QColor& valueColor)
{
    const QFont font = painter.font();
    painter.setFont(captionFont(font));
    const int captionHeight = painter.fontMetrics().height();
    painter.setPen(captionColor);
    painter.drawText(QRect(rect.left(), rect.top(), rect.width(), captionHeight), Qt::AlignLeading, caption);
    painter.setFont(tabularFont(font));
    painter.setPen(valueColor);
    painter.drawText(rect.adjusted(0, captionHeight, 0, 0), Qt::AlignLeading, value);
    painter.setFont(font);
}

}  // namespace

Readout::Readout(const QString& caption, const QString& widest, QWidget* parent)
    : QWidget(parent), m_caption(caption), m_widest(widest)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void Readout::setCaption(const QString& caption)
{
    m_caption = caption;
    updateGeometry();
    update();
}

void Readout::setValue(const QString& value)
{
    if (value == m_value)
        return;
    m_value = value;
    setAccessibleDescription(value);
    update();
}

QSize Readout::sizeHint() const
{
    return cellSize(font(), m_caption, m_widest);
}

void Readout::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(font());
    const ThemeColors& colors = themeColors(palette());
    paintCell(painter, rect().adjusted(padding, padding, -padding, -padding), m_caption, m_value,
              colors.mutedText, colors.text);
}

SeriesSwitch::SeriesSwitch(const QString& caption, const QString& widest, int series, bool dashed,
                           QWidget* parent)
    : QAbstractButton(parent), m_widest(widest), m_series(series), m_dashed(dashed)
{
    setText(caption);
    setCheckable(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

QColor SeriesSwitch::color() const
{
    return themeColors(palette()).series.at(std::size_t(m_series));
}

void SeriesSwitch::setValue(const QString& value)
{
    if (value == m_value)
        return;
    m_value = value;
    setAccessibleDescription(value);
    update();
}

QSize SeriesSwitch::sizeHint() const
{
    return cellSize(font(), text(), m_widest) + QSize(swatchWidth + swatchGap, 0);
}

void SeriesSwitch::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = themeColors(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(font());
    if (underMouse() || isDown()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(colors.hover);
        painter.drawRoundedRect(rect(), 3, 3);
    }
    if (hasFocus()) {
        painter.setPen(colors.accent);
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    }

    const bool isLeftToRight = layoutDirection() == Qt::LeftToRight;
    const QRect inner = rect().adjusted(padding, padding, -padding, -padding);
    const int captionHeight = QFontMetrics(captionFont(font())).height();
    const int swatchLeft = isLeftToRight ? inner.left() : inner.right() - swatchWidth + 1;
    const qreal y = inner.top() + captionHeight / 2.0;
    QPen pen(isChecked() ? color() : colors.outline, 3, m_dashed ? Qt::CustomDashLine : Qt::SolidLine,
             Qt::FlatCap);
    if (m_dashed)
        pen.setDashPattern({1.6, 1.4});
    painter.setPen(pen);
    painter.drawLine(QPointF(swatchLeft, y), QPointF(swatchLeft + swatchWidth, y));

    const int indent = swatchWidth + swatchGap;
    paintCell(painter, inner.adjusted(isLeftToRight ? indent : 0, 0, isLeftToRight ? 0 : -indent, 0), text(),
              isChecked() ? m_value : QString(), isChecked() ? colors.text : colors.mutedText, colors.text);
}

}  // namespace diffuscope::ui
