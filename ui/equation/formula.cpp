// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/equation/formula.h"

#include <algorithm>

namespace diffuscope::ui {

namespace {

constexpr double lineGap = 0.35;  ///< of the font's height
constexpr double hangingIndent = 1.2;

}  // namespace

Formula::Formula(const QString& markup) : m_markup(markup), m_boxes(parseFormula(markup))
{
}

double Formula::naturalWidth(const QFont& font)
{
    double width = 0;
    for (const auto& box : m_boxes) {
        box->measure(font, 1);
        width += box->width;
    }
    return width;
}

void Formula::layOut(const QFont& font, double width)
{
    naturalWidth(font);
    const QFontMetricsF metrics(font);
    const double indent = hangingIndent * metrics.height();
    m_lines.clear();
    m_width = 0;
    std::size_t first = 0;
    double left = 0;
    double y = 0;
    while (first < m_boxes.size()) {
        // As many boxes as fit, back to the last place where a line may end; at least up to the first one.
        std::size_t last = first;
        std::size_t end = m_boxes.size();
        double used = left - (left > 0 ? m_boxes[first]->leadingGap() : 0);
        std::size_t candidate = 0;
        for (; last < m_boxes.size(); ++last) {
            if (last > first && m_boxes[last]->breaksBefore())
                candidate = last;
            used += m_boxes[last]->width;
            if (used > width && candidate > first) {
                end = candidate;
                break;
            }
        }
        double ascent = metrics.ascent();
        double descent = metrics.descent();
        double lineWidth = left;
        for (std::size_t i = first; i < end; ++i) {
            ascent = std::max(ascent, m_boxes[i]->ascent);
            descent = std::max(descent, m_boxes[i]->descent);
            lineWidth += m_boxes[i]->width;
        }
        const double gap = m_lines.empty() ? 0 : lineGap * metrics.height() * 0.5;
        m_lines.push_back({first, end, left, y + gap + ascent});
        y += gap + ascent + descent;
        m_width = std::max(m_width, lineWidth);
        first = end;
        left = std::min(indent, width / 6);
    }
    m_height = y;
}

void Formula::paint(QPainter& painter, QPointF topLeft, const QColor& color, const QPalette& palette) const
{
    for (const Line& line : m_lines) {
        QPointF at(topLeft.x() + line.left, topLeft.y() + line.baseline);
        if (line.first > 0)
            at.rx() -= m_boxes[line.first]->leadingGap();
        for (std::size_t i = line.first; i < line.last; ++i) {
            m_boxes[i]->paint(painter, at, color, palette);
            at.rx() += m_boxes[i]->width;
        }
    }
}

QString Formula::plainText() const
{
    QString text;
    for (const auto& box : m_boxes)
        text += box->plainText();
    return text.simplified();
}

}  // namespace diffuscope::ui
