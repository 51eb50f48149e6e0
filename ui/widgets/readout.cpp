// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/readout.h"

#include "ui/theme/fonts.h"
#include "ui/theme/theme_colors.h"

#include <QFontMetrics>
#include <QPainter>

#include <array>
#include <span>

namespace diffuscope::ui {

namespace {

constexpr int padding = 4;
constexpr int swatchWidth = 14;
constexpr int swatchGap = 6;

/// With a second cursor a cell is one row: caption, A, B, B−A, in columns that stand below each other.
const std::array<QString, 3> cursorMarks{QStringLiteral("A "), QStringLiteral("B "), QStringLiteral("B−A ")};
const QString widestOfRow = QStringLiteral("−0.00888");
constexpr int columnGap = 8;

/// The width of a row with its caption and the columns of some of the marks.
int rowWidth(const QFont& font, const QString& caption, std::span<const int> columns)
{
    const QFontMetrics captions(captionFont(font));
    const int value = QFontMetrics(tabularFont(font)).horizontalAdvance(widestOfRow);
    int width = captions.horizontalAdvance(caption);
    for (const int column : columns)
        width += columnGap + captions.horizontalAdvance(cursorMarks[std::size_t(column)]) + value;
    return width;
}

constexpr std::array<int, 3> allColumns{0, 1, 2};
constexpr std::array<int, 2> fewerColumns{0, 2};

QSize cellSize(const QFont& font, const QString& caption, const QString& widest, bool hasSecond)
{
    const QFontMetrics captions(captionFont(font));
    const QFontMetrics values(tabularFont(font));
    if (hasSecond)
        return {rowWidth(font, caption, allColumns) + 2 * padding, values.height() + padding};
    return {std::max(captions.horizontalAdvance(caption), values.horizontalAdvance(widest)) + 2 * padding,
            captions.height() + values.height() + 2 * padding};
}

/// What a cell says.
struct CellText
{
    QString caption;
    QString value;
    std::optional<SecondValue> second;
};

/// Where there is no room for it all the font shrinks, and then B goes, which A and B−A tell.
void paintRow(QPainter& painter, const QRect& rect, const CellText& text, const QColor& captionColor,
              const ThemeColors& colors)
{
    constexpr double leastScale = 0.75;
    std::span<const int> columns = allColumns;
    const auto scale = [&] {
        return std::min(1.0, double(rect.width()) / rowWidth(painter.font(), text.caption, columns));
    };
    if (scale() < leastScale)
        columns = fewerColumns;
    const QFont font = scaledFont(painter.font(), std::max(scale(), leastScale));
    const QFont values = tabularFont(font);
    const QFont captions = captionFont(font);
    const std::array<QString, 3> shown{text.value, text.second->value, text.second->difference};
    int right = rect.right() + 1;
    for (auto column = columns.rbegin(); column != columns.rend(); ++column) {
        const QString& mark = cursorMarks[std::size_t(*column)];
        painter.setFont(values);
        const int width = painter.fontMetrics().horizontalAdvance(widestOfRow);
        painter.setPen(colors.text);
        painter.drawText(QRect(right - width, rect.top(), width, rect.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, shown[std::size_t(*column)]);
        right -= width;
        painter.setFont(captions);
        const int markWidth = painter.fontMetrics().horizontalAdvance(mark);
        painter.setPen(colors.mutedText);
        painter.drawText(QRect(right - markWidth, rect.top(), markWidth, rect.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, mark);
        right -= markWidth + columnGap;
    }
    painter.setPen(captionColor);
    painter.drawText(QRect(rect.left(), rect.top(), right - rect.left(), rect.height()),
                     Qt::AlignLeading | Qt::AlignVCenter, text.caption);
}

/// Caption above, value beneath, left-aligned in `rect`; or all in one row.
void paintCell(QPainter& painter, const QRect& rect, const CellText& text, const QColor& captionColor,
               const ThemeColors& colors)
{
    const QFont font = painter.font();
    if (text.second) {
        paintRow(painter, rect, text, captionColor, colors);
    } else {
        painter.setFont(captionFont(font));
        const int captionHeight = painter.fontMetrics().height();
        painter.setPen(captionColor);
        painter.drawText(QRect(rect.left(), rect.top(), rect.width(), captionHeight), Qt::AlignLeading,
                         text.caption);
        painter.setFont(tabularFont(font));
        painter.setPen(colors.text);
        painter.drawText(rect.adjusted(0, captionHeight, 0, 0), Qt::AlignLeading, text.value);
    }
    painter.setFont(font);
}

/// What is left for text.
QRect insideOf(const QRect& cell, bool hasSecond)
{
    const int vertical = hasSecond ? 0 : padding;
    return cell.adjusted(padding, vertical, -padding, -vertical);
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
    paintCell(painter, insideOf(rect(), m_second.has_value()), {m_caption, m_value, m_second},
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
    const QRect inner = insideOf(rect(), m_second.has_value());
    const int captionHeight = QFontMetrics(captionFont(font())).height();
    const int swatchLeft = isLeftToRight ? inner.left() : inner.right() - swatchWidth + 1;
    const qreal y = m_second ? inner.center().y() + 0.5 : inner.top() + captionHeight / 2.0;
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
