// SPDX-License-Identifier: GPL-3.0-or-later
// The letters of labels in sheets: a small font of dots, drawn for this program.
#pragma once

#include <functional>
#include <string>

namespace diffuscope::exports {

/// Dots from the top of a capital letter to its foot.
constexpr int fontAscent = 7;
/// Dots of a whole line: letters such as g reach two below the foot.
constexpr int fontHeight = 9;

/// Width of a UTF-8 text in dots. Letters the font does not have are drawn as a box.
int textWidth(const std::string& text);

/// Calls `dot(x, y)` for each dot of the text, from its upper left corner.
void forEachDot(const std::string& text, const std::function<void(int x, int y)>& dot);

}  // namespace diffuscope::exports
