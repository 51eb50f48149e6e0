// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as text for narrow read-outs.
#pragma once

#include <QLocale>
#include <QString>

namespace diffuscope::ui {

/// `value` with four significant digits in the locale's notation; below 0.001 and from 100,000 on as mantissa
/// and power of ten ("1.23·10⁻⁵"); "∞" and "–" (a dash) for infinity and NaN.
QString numberText(double value, const QLocale& locale = QLocale());

/// A whole number without, any other time with two decimals.
QString timeText(double t, const QLocale& locale = QLocale());

}  // namespace diffuscope::ui
