// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/unicode.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utf8proc.h>

namespace diffuscope::base {
namespace {

constexpr int32_t replacement = 0xfffd, rightQuote = 0x2019, zeroWidthJoiner = 0x200d;
constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";

const utf8proc_uint8_t* bytesOf(std::string_view text)
{
    return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

std::string inSmallAscii(std::string_view text)
{
    std::string small(text);
    for (char& c : small)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return small;
}

}  // namespace

bool isUtf8(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        utf8proc_int32_t value = 0;
        const auto bytes =
            utf8proc_iterate(bytesOf(text) + at, static_cast<utf8proc_ssize_t>(text.size() - at), &value);
        if (bytes <= 0)
            return false;
        at += static_cast<std::size_t>(bytes);
    }
    return true;
}

std::string encodingGuess(std::string_view text)
{
    const auto zeros = std::count(text.begin(), text.end(), '\0');
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") || zeros > 0)
        return "UTF-16";
    return "Windows-1252 or another encoding of one byte a letter";
}

std::string plainLine(std::string_view text)
{
    if (text.starts_with(byteOrderMark))
        text.remove_prefix(byteOrderMark.size());
    std::string line;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool isBlank = c == '\n' || c == '\r' || c == '\t' || c == ' ';
        if (isBlank && (line.empty() || line.back() == ' '))
            continue;
        if (isBlank || (byte >= 0x20 && byte != 0x7f))
            line += isBlank ? ' ' : c;
    }
    while (!line.empty() && line.back() == ' ')
        line.pop_back();
    return line;
}

std::string foldedText(std::string_view text)
{
    const bool isAscii =
        std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (isAscii)
        return inSmallAscii(text);
    utf8proc_uint8_t* mapped = nullptr;
    const auto bytes =
        utf8proc_map(bytesOf(text), static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
    if (bytes < 0)
        return inSmallAscii(text);
    return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(bytes)};
}

CodePoint codePointAt(std::string_view text, std::size_t at)
{
    utf8proc_int32_t value = 0;
    const auto bytes =
        utf8proc_iterate(bytesOf(text) + at, static_cast<utf8proc_ssize_t>(text.size() - at), &value);
    return bytes > 0 ? CodePoint{value, static_cast<std::size_t>(bytes)} : CodePoint{replacement, 1};
}

bool isOfWord(int32_t codePoint)
{
    if (codePoint == '\'' || codePoint == rightQuote || codePoint == zeroWidthJoiner ||
        codePoint == replacement)
        return true;
    switch (utf8proc_category(codePoint)) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_NO:
            return true;
        case UTF8PROC_CATEGORY_SK:
        case UTF8PROC_CATEGORY_SO:
        case UTF8PROC_CATEGORY_SC:
        case UTF8PROC_CATEGORY_SM:
            return codePoint >= 0x80;
        default:
            return false;
    }
}

}  // namespace diffuscope::base
