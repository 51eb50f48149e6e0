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

const QString firstMark = QStringLiteral("A ");
const QString secondMark = QStringLiteral("B ");
const QString differenceMark = QStringLiteral("B−A ");

QSize cellSize(const QFont& font, const QString& caption, const QString& widest, bool hasSecond)
{
    const QFontMetrics captions(captionFont(font));
    const QFontMetrics values(tabularFont(font));
    int width = std::max(captions.horizontalAdvance(caption), values.horizontalAdvance(widest));
    if (hasSecond)
        width = std::max(width, values.horizontalAdvance(differenceMark + widest));
    return {width + 2 * padding, captions.height() + (hasSecond ? 3 : 1) * values.height() + 2 * padding};
}

/// What a cell says.
struct CellText
{
    QString caption;
    QString value;
    std::optional<SecondValue> second;
};

/// Caption above, values beneath, left-aligned in `rect`.
void paintCell(QPainter& painter, const QRect& rect, const CellText& text, const QColor& captionColor,
               const ThemeColors& colors)
{
    const QFont font = painter.font();
    painter.setFont(captionFont(font));
    int top = painter.fontMetrics().height();
    painter.setPen(captionColor);
    painter.drawText(QRect(rect.left(), rect.top(), rect.width(), top), Qt::AlignLeading, text.caption);
    painter.setFont(tabularFont(font));
    const int line = painter.fontMetrics().height();
    const int indent = painter.fontMetrics().horizontalAdvance(differenceMark);
    const auto paintLine = [&](const QString& mark, const QString& value) {
        const QRect place(rect.left(), rect.top() + top, rect.width(), line);
        painter.setPen(colors.mutedText);
        painter.drawText(place, Qt::AlignLeading, mark);
        painter.setPen(colors.text);
        painter.drawText(place.adjusted(mark.isEmpty() ? 0 : indent, 0, 0, 0), Qt::AlignLeft, value);
        top += line;
    };
    paintLine(text.second ? firstMark : QString(), text.value);
    if (text.second) {
        paintLine(secondMark, text.second->value);
        paintLine(differenceMark, text.second->difference);
    }
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

void Readout::setSecond(const std::optional<SecondValue>& second)
{
    if (second == m_second)
        return;
    if (second.has_value() != m_second.has_value())
        updateGeometry();
    m_second = second;
    update();
}

QSize Readout::sizeHint() const
{
    return cellSize(font(), m_caption, m_widest, m_second.has_value());
}

void Readout::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(font());
    const ThemeColors& colors = themeColors(palette());
    paintCell(painter, rect().adjusted(padding, padding, -padding, -padding), {m_caption, m_value, m_second},
              colors.mutedText, colors);
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
    return m_color.value_or(themeColors(palette()).series.at(std::size_t(m_series)));
}

void SeriesSwitch::setColor(const QColor& color)
{
    m_color = color;
    update();
}

void SeriesSwitch::setValue(const QString& value)
{
    if (value == m_value)
        return;
    m_value = value;
    setAccessibleDescription(value);
    update();
}

void SeriesSwitch::setSecond(const std::optional<SecondValue>& second)
{
    if (second == m_second)
        return;
    if (second.has_value() != m_second.has_value())
        updateGeometry();
    m_second = second;
    update();
}

QSize SeriesSwitch::sizeHint() const
{
    return cellSize(font(), text(), m_widest, m_second.has_value()) + QSize(swatchWidth + swatchGap, 0);
}

void SeriesSwitch::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = themeColors(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(font());
    if (isCheckable() && (underMouse() || isDown())) {
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
    const bool isLit = isChecked() || !isCheckable();
    QPen pen(isLit ? color() : colors.outline, 3, m_dashed ? Qt::CustomDashLine : Qt::SolidLine, Qt::FlatCap);
    if (m_dashed)
        pen.setDashPattern({1.6, 1.4});
    painter.setPen(pen);
    painter.drawLine(QPointF(swatchLeft, y), QPointF(swatchLeft + swatchWidth, y));

    const int indent = swatchWidth + swatchGap;
    CellText cell{text(), isLit ? m_value : QString(), m_second};
    if (!isLit && cell.second)
        cell.second = SecondValue{};
    paintCell(painter, inner.adjusted(isLeftToRight ? indent : 0, 0, isLeftToRight ? 0 : -indent, 0), cell,
              isLit ? colors.text : colors.mutedText, colors);
}

}  // namespace diffuscope::ui
