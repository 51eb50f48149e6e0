// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as text in messages and files: always with a decimal point, whatever the locale.
#pragma once

#include <string>

namespace diffuscope::base {

/// At most `digits` significant digits, without trailing zeros: 0.5, 1e-05, 20.
std::string numberText(double value, int digits = 6);

}  // namespace diffuscope::base
