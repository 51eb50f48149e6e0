// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/number_text.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

QString superscript(int number)
{
    static const QString digits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
    QString text = number < 0 ? QStringLiteral("⁻") : QString();
    for (const QChar digit : QString::number(std::abs(number)))
        text += digits.at(digit.digitValue());
    return text;
}

}  // namespace

QString numberText(double value, const QLocale& locale)
{
    if (std::isnan(value))
        return QStringLiteral("–");
    if (std::isinf(value))
        return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    if (value == 0)
        return locale.toString(0);
    int power = int(std::floor(std::log10(std::abs(value))));
    if (power >= -3 && power < 5)
        return locale.toString(value, 'f', std::clamp(3 - power, 0, 5));
    double mantissa = value / std::pow(10.0, power);
    if (std::abs(mantissa) >= 9.995) {
        mantissa /= 10;
        ++power;
    }
    return locale.toString(mantissa, 'f', 2) + QStringLiteral("·10") + superscript(power);
}

QString timeText(double t, const QLocale& locale)
{
    return locale.toString(t, 'f', t == std::round(t) ? 0 : 2);
}

}  // namespace diffuscope::ui
