// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/equation/formula_view.h"

#include "ui/theme/fonts.h"

#include <QEvent>
#include <QFontDatabase>
#include <QFontInfo>

#include <algorithm>
#include <array>
#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr std::array<double, 6> sizes{2.1, 1.8, 1.55, 1.35, 1.2, 1.1};
constexpr double numbersFactor = 0.86;
/// The width, in heights of a line of text, that is wide enough for the largest size.
constexpr double roomyWidth = 36;
constexpr double remarkSize = 1.0;
constexpr int formulaMarginPx = 8;
constexpr int gapPx = 8;
constexpr int remarkGapPx = 3;

}  // namespace

QFont formulaFont(const QFont& font, double factor)
{
    QFont serif = scaledFont(font, factor);
    serif.setFamilies({QStringLiteral("STIX Two Text"), QStringLiteral("Latin Modern Roman"),
                       QStringLiteral("Cambria"), QStringLiteral("DejaVu Serif")});
    serif.setStyleHint(QFont::Serif);
    return serif;
}

FormulaView::FormulaView(QWidget* parent) : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void FormulaView::setLines(const std::vector<FormulaLine>& lines)
{
    if (lines == m_lines)
        return;
    m_lines = lines;
    m_formulas.clear();
    for (const FormulaLine& line : m_lines)
        m_formulas.emplace_back(line.markup);
    const double before = m_height;
    m_laidOutIn = -1;
    if (layOut(width()) != before)
        updateGeometry();
    setAccessibleDescription(plainText());
    update();
}

QString FormulaView::plainText() const
{
    QStringList texts;
    for (const Formula& formula : m_formulas)
        texts.append(formula.plainText());
    return texts.join(u'\n');
}

double FormulaView::sizeFor(FormulaLine::Role role, double width, double largest) const
{
    for (const double size : sizes) {
        bool fits = size <= largest;
        for (std::size_t i = 0; i < m_formulas.size() && fits; ++i)
            if (m_lines[i].role == role)
                fits = m_formulas[i].naturalWidth(formulaFont(font(), size)) <= width;
        if (fits)
            return size;
    }
    return sizes.back();
}

double FormulaView::layOut(double width) const
{
    if (m_formulas.empty())
        return m_height = 0;
    if (m_laidOutIn == width)
        return m_height;
    m_laidOutIn = width;
    const double inside = width - 2 * formulaMarginPx;
    const double largest =
        sizes.front() * std::max(0.75, width / (roomyWidth * QFontMetrics(font()).height()));
    const double size = sizeFor(FormulaLine::Role::formula, inside, largest);
    const double numbers = sizeFor(FormulaLine::Role::numbers, inside, size * numbersFactor);
    m_height = formulaMarginPx;
    for (std::size_t i = 0; i < m_formulas.size(); ++i) {
        const auto role = m_lines[i].role;
        const double factor = role == FormulaLine::Role::formula   ? size
                              : role == FormulaLine::Role::numbers ? numbers
                                                                   : remarkSize;
        if (i > 0)
            m_height += role == FormulaLine::Role::remark ? remarkGapPx : gapPx;
        m_formulas[i].layOut(formulaFont(font(), factor), inside);
        m_height += m_formulas[i].height();
    }
    return m_height = std::ceil(m_height + formulaMarginPx / 2.0);
}

int FormulaView::heightForWidth(int width) const
{
    const int height = int(layOut(width));
    m_laidOutIn = -1;
    return height;
}

QSize FormulaView::sizeHint() const
{
    const int wide = width() > 100 ? width() : 320;
    return {320, heightForWidth(wide)};
}

QSize FormulaView::minimumSizeHint() const
{
    return {160, heightForWidth(width() > 100 ? width() : 320)};
}

void FormulaView::resizeEvent(QResizeEvent*)
{
    m_laidOutIn = -1;
    updateGeometry();
}

void FormulaView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        m_laidOutIn = -1;
        updateGeometry();
    }
}

void FormulaView::paintEvent(QPaintEvent*)
{
    layOut(width());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    double y = formulaMarginPx;
    for (std::size_t i = 0; i < m_formulas.size(); ++i) {
        const bool isRemark = m_lines[i].role == FormulaLine::Role::remark;
        if (i > 0)
            y += isRemark ? remarkGapPx : gapPx;
        m_formulas[i].paint(painter, {double(formulaMarginPx), y},
                            palette().color(isRemark ? QPalette::PlaceholderText : QPalette::WindowText),
                            palette());
        y += m_formulas[i].height();
    }
}

}  // namespace diffuscope::ui
