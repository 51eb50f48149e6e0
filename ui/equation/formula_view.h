// SPDX-License-Identifier: GPL-3.0-or-later
// Formulas one beneath another, as large as the width allows.
#pragma once

#include "ui/equation/formula.h"

#include <QWidget>

#include <vector>

namespace diffuscope::ui {

/// One formula of a FormulaView.
struct FormulaLine
{
    enum class Role {
        formula,  ///< large
        numbers,  ///< a little smaller: the same with values
        remark,   ///< small and muted: what the letters stand for
    };
    QString markup;
    Role role = Role::formula;
    bool operator==(const FormulaLine&) const = default;
};

/// Formulas take the largest of a few sizes at which each of them fits on one line, numbers the same among
/// the sizes below it; where even the smallest is too wide, lines are broken. What is written is also the
/// accessible description.
class FormulaView : public QWidget
{
    Q_OBJECT

public:
    explicit FormulaView(QWidget* parent = nullptr);

    void setLines(const std::vector<FormulaLine>& lines);
    /// All lines as plain text.
    QString plainText() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    /// Lays all lines out in `width`; their height.
    double layOut(double width) const;
    double sizeFor(FormulaLine::Role role, double width, double largest) const;

    std::vector<FormulaLine> m_lines;
    mutable std::vector<Formula> m_formulas;
    mutable double m_laidOutIn = -1;
    mutable double m_height = 0;
};

/// The font in which formulas are set: a serif one, as in books, of the widget font's size times `factor`.
QFont formulaFont(const QFont& font, double factor);

}  // namespace diffuscope::ui
