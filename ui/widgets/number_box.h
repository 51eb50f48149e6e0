// SPDX-License-Identifier: GPL-3.0-or-later
// Boxes for numbers that understand a point and a comma alike, whatever the language of the system.
#pragma once

#include <QDoubleSpinBox>
#include <QSpinBox>

namespace diffuscope::ui {

/// Where a number has one point or one comma, that is its decimal mark, also in languages that group
/// thousands with it: "3.5" never becomes 35.
class DecimalBox : public QDoubleSpinBox
{
    Q_OBJECT

public:
    using QDoubleSpinBox::QDoubleSpinBox;
    QValidator::State validate(QString& input, int& position) const override;
};

/// A whole number takes neither point nor comma.
class WholeBox : public QSpinBox
{
    Q_OBJECT

public:
    using QSpinBox::QSpinBox;
    QValidator::State validate(QString& input, int& position) const override;
};

}  // namespace diffuscope::ui
