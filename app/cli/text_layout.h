// SPDX-License-Identifier: GPL-3.0-or-later
// Columns and paragraphs of plain text, in characters as they are seen.
#pragma once

#include <string>

namespace diffuscope::cli {

/// How wide listings are.
constexpr std::size_t textWidth = 100;

/// Characters of a UTF-8 text.
std::size_t displayWidth(const std::string& text);

/// The text with blanks up to `width`, at least one.
std::string padded(const std::string& text, std::size_t width);

/// The words in lines of at most textWidth, each after `indent` blanks, the last with its line end.
std::string paragraph(const std::string& text, std::size_t indent);

/// A number in the C locale with at most `digits` significant digits; 17 read back to the same double.
std::string formatted(double value, int digits);

}  // namespace diffuscope::cli
