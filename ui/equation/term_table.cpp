// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/equation/term_table.h"

#include "ui/equation/equation_text.h"
#include "ui/equation/formula_view.h"
#include "ui/theme/fonts.h"
#include "ui/theme/layer_colors.h"

#include <QEvent>
#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr double tableMarginPx = 8;
constexpr double columnGapPx = 12;
constexpr double barPx = 6;
constexpr double leastBarPx = 40;
constexpr double symbolScale = 1.15;

record::Layer layerOf(samplers::StepQuantity::Kind kind)
{
    switch (kind) {
        case samplers::StepQuantity::Kind::state:
            return record::Layer::xt;
        case samplers::StepQuantity::Kind::x0Hat:
        case samplers::StepQuantity::Kind::x0Unconditional:
            return record::Layer::x0Hat;
        case samplers::StepQuantity::Kind::epsHat:
            return record::Layer::epsHat;
        case samplers::StepQuantity::Kind::noise:
            return record::Layer::noise;
    }
    return record::Layer::xt;
}

}  // namespace

TermTable::TermTable(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void TermTable::setEquation(const explain::StepEquation& equation)
{
    const auto rowsBefore = m_rows.size();
    m_rows.clear();
    m_total = equation.sum();
    m_largest = std::abs(m_total);
    QStringList spoken;
    for (const explain::EquationTerm& term : equation.terms) {
        m_rows.push_back({Formula(QString::fromStdString(term.symbol)),
                          plainCoefficient(term.term.coefficient), plainValue(term.value),
                          plainValue(term.product()), term.product(), layerOf(term.term.quantity.kind)});
        m_largest = std::max(m_largest, std::abs(term.product()));
        const Row& row = m_rows.back();
        spoken.append(QStringLiteral("%1: %2 · %3 = %4")
                          .arg(row.symbol.plainText(), row.coefficient, row.value, row.product));
    }
    m_largest = std::max(m_largest, 1e-9);
    m_sum = plainValue(m_total);
    m_next = Formula(QString::fromStdString(equation.nextSymbol));
    setAccessibleDescription(spoken.join(u'\n'));
    layOutSymbols();
    if (m_rows.size() != rowsBefore)
        updateGeometry();
    update();
}

QStringList TermTable::rowTexts(int row) const
{
    const Row& shown = m_rows.at(std::size_t(row));
    return {shown.coefficient, shown.value, shown.product};
}

void TermTable::layOutSymbols()
{
    const QFont symbols = formulaFont(font(), symbolScale);
    for (Row& row : m_rows)
        row.symbol.layOut(symbols, 1e6);
    m_next.layOut(symbols, 1e6);
}

double TermTable::rowHeight() const
{
    return std::ceil(QFontMetricsF(formulaFont(font(), symbolScale)).height() * 1.12);
}

double TermTable::columnWidth() const
{
    return QFontMetricsF(tabularFont(font())).horizontalAdvance(QStringLiteral("−0.00000"));
}

double TermTable::symbolWidth() const
{
    double widest = m_next.width();
    for (const Row& row : m_rows)
        widest = std::max(widest, row.symbol.width());
    return widest;
}

QSize TermTable::sizeHint() const
{
    const int rows = m_rows.empty() ? 0 : int(m_rows.size()) + 2;
    return {320, int(std::ceil(rows * rowHeight() + (rows > 0 ? columnGapPx : 0)))};
}

QSize TermTable::minimumSizeHint() const
{
    return {160, sizeHint().height()};
}

void TermTable::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        layOutSymbols();
        updateGeometry();
    }
}

void TermTable::paintTexts(QPainter& painter, double y, const QStringList& texts, const QColor& color) const
{
    painter.setPen(color);
    double x = tableMarginPx + symbolWidth();
    for (const QString& text : texts) {
        x += columnGapPx;
        painter.drawText(QRectF(x, y, columnWidth(), rowHeight()), Qt::AlignRight | Qt::AlignVCenter, text);
        x += columnWidth();
    }
}

/// From the middle to the right where positive, to the left where negative.
void TermTable::paintBar(QPainter& painter, const QRectF& area, double amount, const QColor& color) const
{
    if (area.width() < leastBarPx)
        return;
    const double middle = area.center().x();
    const double length = area.width() / 2 * amount / m_largest;
    painter.fillRect(
        QRectF(std::min(middle, middle + length), area.center().y() - barPx / 2, std::abs(length), barPx),
        color);
    painter.fillRect(QRectF(middle - 0.5, area.top(), 1, area.height()), themeColors(palette()).outline);
}

void TermTable::paintEvent(QPaintEvent*)
{
    if (m_rows.empty())
        return;
    const ThemeColors& colors = themeColors(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double height = rowHeight();
    const double barLeft = tableMarginPx + symbolWidth() + 3 * (columnGapPx + columnWidth()) + columnGapPx;
    const auto bar = [&](double y) {
        return QRectF(barLeft, y, this->width() - tableMarginPx - barLeft, height);
    };

    painter.setFont(captionFont(font()));
    paintTexts(painter, 0, {tr("coefficient"), tr("value"), tr("product")}, colors.mutedText);
    double y = height;
    for (const Row& row : m_rows) {
        row.symbol.paint(painter, {tableMarginPx, y + (height - row.symbol.height()) / 2}, colors.text,
                         palette());
        painter.setFont(tabularFont(font()));
        paintTexts(painter, y, {row.coefficient, row.value, row.product}, colors.text);
        paintBar(painter, bar(y), row.amount, layerColor(row.layer, palette()));
        y += height;
    }
    painter.fillRect(QRectF(tableMarginPx, y, width() - 2 * tableMarginPx, 1), colors.outline);
    m_next.paint(painter, {tableMarginPx, y + 1 + (height - m_next.height()) / 2}, colors.text, palette());
    QFont bold = tabularFont(font());
    bold.setBold(true);
    painter.setFont(bold);
    paintTexts(painter, y + 1, {QString(), QString(), m_sum}, colors.text);
    paintBar(painter, bar(y + 1), m_total, colors.text);
}

}  // namespace diffuscope::ui
