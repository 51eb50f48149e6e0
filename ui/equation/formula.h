// SPDX-License-Identifier: GPL-3.0-or-later
// A line of mathematics, typeset: parsed from the markup of core/explain/sampler_equations.h, laid out in a
// width, painted in the colours of the layers.
#pragma once

#include <QFont>
#include <QPainter>
#include <QPalette>
#include <QString>

#include <memory>
#include <vector>

namespace diffuscope::ui {

/// A piece of a formula with a size of its own, placed by its baseline.
class FormulaBox
{
public:
    virtual ~FormulaBox() = default;
    /// Sets width, ascent and descent for a font; `scale` shrinks scripts.
    virtual void measure(const QFont& font, double scale) = 0;
    virtual void paint(QPainter& painter, QPointF baseline, const QColor& color,
                       const QPalette& palette) const = 0;
    virtual QString plainText() const = 0;
    /// A line may end before it.
    virtual bool breaksBefore() const { return false; }
    /// Room that is left out at the start of a line.
    virtual double leadingGap() const { return 0; }

    double width = 0;
    double ascent = 0;
    double descent = 0;
};

using FormulaBoxes = std::vector<std::unique_ptr<FormulaBox>>;

/// The boxes of a markup; what cannot be read is shown as it is written.
FormulaBoxes parseFormula(const QString& markup);

class Formula
{
public:
    explicit Formula(const QString& markup = {});

    /// Lays out in lines of at most `width`, broken before + − = outside of braces; further lines are
    /// indented.
    void layOut(const QFont& font, double width);
    /// As it would be on one line.
    double naturalWidth(const QFont& font);
    double width() const { return m_width; }
    double height() const { return m_height; }
    int lines() const { return int(m_lines.size()); }
    void paint(QPainter& painter, QPointF topLeft, const QColor& color, const QPalette& palette) const;

    /// For a reader: "x_(t−1) = 0.967·0.812 − …".
    QString plainText() const;
    const QString& markup() const { return m_markup; }

private:
    struct Line
    {
        std::size_t first = 0;
        std::size_t last = 0;
        double left = 0;
        double baseline = 0;
    };

    QString m_markup;
    FormulaBoxes m_boxes;
    std::vector<Line> m_lines;
    double m_width = 0;
    double m_height = 0;
};

}  // namespace diffuscope::ui
