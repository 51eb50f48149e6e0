// SPDX-License-Identifier: GPL-3.0-or-later
// Texts of people and files as Unicode: whether they are UTF-8, and in which form words are compared.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace diffuscope::base {

bool isUtf8(std::string_view text);

/// What a text that is not UTF-8 seems to be, for messages: "UTF-16", "Windows-1252 or another encoding of
/// one byte a letter".
std::string encodingGuess(std::string_view text);

/// Takes a byte-order mark away, turns line breaks into blanks and other control characters out, and trims
/// blanks at both ends.
std::string plainLine(std::string_view text);

/// Composed (NFC) and case-folded (Unicode 15, utf8proc): "É", "é" and "e" with an accent of its own are the
/// same. A text that is not UTF-8 only has its ASCII letters made small.
std::string foldedText(std::string_view text);

/// The code point that begins at `at`, and its bytes; a byte that begins none is (0xfffd, 1).
struct CodePoint
{
    int32_t value = 0;
    std::size_t bytes = 1;
};
CodePoint codePointAt(std::string_view text, std::size_t at);

/// Whether a code point may stand in a word: letters, marks, digits, apostrophes and symbols of pictures, but
/// no blanks, punctuation or invisible marks.
bool isOfWord(int32_t codePoint);

}  // namespace diffuscope::base
