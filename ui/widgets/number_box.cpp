// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/number_box.h"

namespace diffuscope::ui {

namespace {

bool isMark(QChar c)
{
    return c == QLatin1Char('.') || c == QLatin1Char(',');
}

/// The part of a box's text that is the number.
struct NumberPart
{
    qsizetype begin = 0, end = 0;

    NumberPart(const QString& text, const QString& prefix, const QString& suffix) : end(text.size())
    {
        if (text.startsWith(prefix))
            begin = prefix.size();
        if (!suffix.isEmpty() && text.endsWith(suffix) && end - suffix.size() >= begin)
            end -= suffix.size();
    }
};

}  // namespace

QValidator::State DecimalBox::validate(QString& input, int& position) const
{
    const QString decimal = locale().decimalPoint();
    const NumberPart number(input, prefix(), suffix());
    qsizetype marks = 0, at = -1;
    for (qsizetype i = number.begin; i < number.end; ++i) {
        if (isMark(input.at(i)) || input.mid(i, decimal.size()) == decimal) {
            ++marks;
            at = i;
        }
    }
    // Several marks group thousands, or are a mistake: the box itself says which.
    if (marks == 1 && decimal.size() == 1 && input.at(at) != decimal.at(0))
        input[at] = decimal.at(0);
    return QDoubleSpinBox::validate(input, position);
}

QValidator::State WholeBox::validate(QString& input, int& position) const
{
    const NumberPart number(input, prefix(), suffix());
    for (qsizetype i = number.begin; i < number.end; ++i)
        if (isMark(input.at(i)))
            return QValidator::Invalid;
    return QSpinBox::validate(input, position);
}

}  // namespace diffuscope::ui
