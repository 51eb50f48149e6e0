// SPDX-License-Identifier: GPL-3.0-or-later
// What the tokenizer needs to know of Unicode: code points, normal form C, lower case, classes of characters.
#pragma once

#include <string>
#include <vector>

namespace diffuscope::model::diffusers {

/// Code points of UTF-8; a byte that is none becomes U+FFFD.
std::u32string codePoints(const std::string& utf8);
std::string utf8Of(const std::u32string& text);

/// Canonical decomposition, then canonical composition (Unicode Standard Annex 15).
std::u32string normalFormC(const std::u32string& text);

/// The full mapping of Unicode that does not depend on a language: İ becomes i and a dot above, a final Σ
/// becomes ς.
std::u32string lowerCase(const std::u32string& text);

bool isLetter(char32_t point);
bool isNumber(char32_t point);
/// White space to Python's str.split(): separators, and the control characters that part lines and units.
bool isSpace(char32_t point);
/// Control, format, private and unassigned characters but for tab and line ends.
bool isControl(char32_t point);
bool isCjkIdeograph(char32_t point);

}  // namespace diffuscope::model::diffusers
