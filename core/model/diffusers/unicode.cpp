// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/unicode.h"

#include <algorithm>
#include <glib.h>
#include <memory>

namespace diffuscope::model::diffusers {
namespace {

bool isCaseIgnorable(char32_t point)
{
    switch (g_unichar_type(point)) {
        case G_UNICODE_NON_SPACING_MARK:
        case G_UNICODE_ENCLOSING_MARK:
        case G_UNICODE_FORMAT:
        case G_UNICODE_MODIFIER_LETTER:
        case G_UNICODE_MODIFIER_SYMBOL:
            return true;
        default:
            return point == U'\'' || point == U'.' || point == U':' || point == U'\u00b7' ||
                   point == U'\u2019' || point == U'\u2018' || point == U'\u2024' || point == U'\u2027';
    }
}

bool isCased(char32_t point)
{
    switch (g_unichar_type(point)) {
        case G_UNICODE_UPPERCASE_LETTER:
        case G_UNICODE_LOWERCASE_LETTER:
        case G_UNICODE_TITLECASE_LETTER:
            return true;
        default:
            return false;
    }
}

/// Whether the Σ at `index` ends a word: a cased letter before it and none after it, ignorable ones skipped.
bool isFinalSigma(const std::u32string& text, std::size_t index)
{
    std::size_t before = index;
    while (before > 0 && isCaseIgnorable(text[before - 1]))
        --before;
    if (before == 0 || !isCased(text[before - 1]))
        return false;
    std::size_t after = index + 1;
    while (after < text.size() && isCaseIgnorable(text[after]))
        ++after;
    return after == text.size() || !isCased(text[after]);
}

constexpr char32_t replacement = U'\ufffd';

}  // namespace

std::u32string codePoints(const std::string& utf8)
{
    std::u32string result;
    const char* at = utf8.data();
    const char* end = at + utf8.size();
    while (at < end) {
        if (*at == '\0') {
            result += U'\0';
            ++at;
            continue;
        }
        const gunichar point = g_utf8_get_char_validated(at, end - at);
        if (point == gunichar(-1) || point == gunichar(-2)) {
            result += replacement;
            ++at;
        } else {
            result += char32_t(point);
            at = g_utf8_next_char(at);
        }
    }
    return result;
}

std::string utf8Of(const std::u32string& text)
{
    std::string result;
    for (const char32_t point : text) {
        char bytes[6];
        result.append(bytes, std::size_t(g_unichar_to_utf8(point, bytes)));
    }
    return result;
}

std::u32string normalFormC(const std::u32string& text)
{
    // GLib takes texts that end with a zero; one inside a text is a starter that nothing composes with.
    std::u32string result;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t zero = std::min(text.find(U'\0', begin), text.size());
        const std::string part = utf8Of(text.substr(begin, zero - begin));
        const std::unique_ptr<char, void (*)(void*)> normal(
            g_utf8_normalize(part.c_str(), gssize(part.size()), G_NORMALIZE_NFC), g_free);
        result += codePoints(normal ? std::string(normal.get()) : part);
        if (zero < text.size())
            result += U'\0';
        begin = zero + 1;
    }
    return result;
}

std::u32string lowerCase(const std::u32string& text)
{
    std::u32string result;
    for (std::size_t index = 0; index < text.size(); ++index) {
        const char32_t point = text[index];
        if (point == U'\u0130')
            result += U"i\u0307";
        else if (point == U'\u03a3')
            result += isFinalSigma(text, index) ? U'\u03c2' : U'\u03c3';
        else if (point >= 0x2160 && point <= 0x216f)
            result += point + 0x10;  // Roman numerals and circled letters have a case without being letters
        else if (point >= 0x24b6 && point <= 0x24cf)
            result += point + 0x1a;
        else
            result += char32_t(g_unichar_tolower(point));
    }
    return result;
}

bool isLetter(char32_t point)
{
    return g_unichar_isalpha(point);
}

bool isNumber(char32_t point)
{
    switch (g_unichar_type(point)) {
        case G_UNICODE_DECIMAL_NUMBER:
        case G_UNICODE_LETTER_NUMBER:
        case G_UNICODE_OTHER_NUMBER:
            return true;
        default:
            return false;
    }
}

bool isSpace(char32_t point)
{
    if ((point >= 0x09 && point <= 0x0d) || (point >= 0x1c && point <= 0x20) || point == 0x85)
        return true;
    switch (g_unichar_type(point)) {
        case G_UNICODE_SPACE_SEPARATOR:
        case G_UNICODE_LINE_SEPARATOR:
        case G_UNICODE_PARAGRAPH_SEPARATOR:
            return true;
        default:
            return false;
    }
}

bool isControl(char32_t point)
{
    if (point == U'\t' || point == U'\n' || point == U'\r')
        return false;
    switch (g_unichar_type(point)) {
        case G_UNICODE_CONTROL:
        case G_UNICODE_FORMAT:
        case G_UNICODE_SURROGATE:
        case G_UNICODE_PRIVATE_USE:
        case G_UNICODE_UNASSIGNED:
            return true;
        default:
            return false;
    }
}

bool isCjkIdeograph(char32_t point)
{
    return (point >= 0x4e00 && point <= 0x9fff) || (point >= 0x3400 && point <= 0x4dbf) ||
           (point >= 0x20000 && point <= 0x2a6df) || (point >= 0x2a700 && point <= 0x2b73f) ||
           (point >= 0x2b740 && point <= 0x2b81f) || (point >= 0x2b820 && point <= 0x2ceaf) ||
           (point >= 0xf900 && point <= 0xfaff) || (point >= 0x2f800 && point <= 0x2fa1f);
}

}  // namespace diffuscope::model::diffusers
