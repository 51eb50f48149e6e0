// SPDX-License-Identifier: GPL-3.0-or-later
// The terms of a step one beneath another: symbol, coefficient, value, product, and a bar of the product.
#pragma once

#include "core/explain/step_equation.h"
#include "ui/equation/formula.h"

#include <QWidget>

#include <vector>

namespace diffuscope::ui {

/// Rows of numbers aligned by their points, a line, and their sum beside the recorded state.
class TermTable : public QWidget
{
    Q_OBJECT

public:
    explicit TermTable(QWidget* parent = nullptr);

    void setEquation(const explain::StepEquation& equation);
    int rows() const { return int(m_rows.size()); }
    /// The texts of a row: coefficient, value, product.
    QStringList rowTexts(int row) const;
    QString sumText() const { return m_sum; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Row
    {
        Formula symbol;
        QString coefficient;
        QString value;
        QString product;
        double amount = 0;
        record::Layer layer = record::Layer::xt;
    };

    void layOutSymbols();
    double rowHeight() const;
    double columnWidth() const;
    double symbolWidth() const;
    void paintBar(QPainter& painter, const QRectF& area, double amount, const QColor& color) const;
    void paintTexts(QPainter& painter, double y, const QStringList& texts, const QColor& color) const;

    std::vector<Row> m_rows;
    Formula m_next;
    QString m_sum;
    double m_total = 0;
    double m_largest = 1;
};

}  // namespace diffuscope::ui
