// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/clip_tokenizer.h"

#include "core/base/error.h"
#include "core/model/diffusers/unicode.h"

#include <algorithm>
#include <array>
#include <limits>

namespace diffuscope::model::diffusers {
namespace {

constexpr const char* wordEnd = "</w>";
constexpr const char* startToken = "<|startoftext|>";
constexpr const char* endToken = "<|endoftext|>";

/// The printable character that stands for each byte: itself, or one above 255.
const std::array<std::string, 256>& byteSymbols()
{
    static const std::array<std::string, 256> symbols = [] {
        std::array<std::string, 256> result;
        char32_t next = 256;
        for (int byte = 0; byte < 256; ++byte) {
            const bool isPrintable =
                (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
            result[std::size_t(byte)] = utf8Of({isPrintable ? char32_t(byte) : next});
            next += isPrintable ? 0 : 1;
        }
        return result;
    }();
    return symbols;
}

std::u32string cleaned(const std::u32string& text, TextCleaning cleaning)
{
    std::u32string raw;
    for (const char32_t point : text) {
        if (cleaning == TextCleaning::fast) {
            raw += point;
        } else if (point == 0 || point == U'\ufffd' || isControl(point)) {
            continue;
        } else if (isCjkIdeograph(point)) {
            raw += {U' ', point, U' '};
        } else {
            raw += point;
        }
    }
    std::u32string result;
    for (const char32_t point : normalFormC(raw)) {
        if (!isSpace(point))
            result += point;
        else if (!result.empty() && result.back() != U' ')
            result += U' ';
    }
    while (!result.empty() && result.back() == U' ')
        result.pop_back();
    return lowerCase(result);
}

/// The length of what the pattern matches at `begin`, which is no space: a special token, a contraction,
/// letters, one number, or other characters.
std::size_t matchLength(const std::u32string& text, std::size_t begin)
{
    static const std::vector<std::u32string> fixed{
        U"<|startoftext|>", U"<|endoftext|>", U"'s", U"'t", U"'re", U"'ve", U"'m", U"'ll", U"'d"};
    for (const auto& word : fixed)
        if (text.compare(begin, word.size(), word) == 0)
            return word.size();
    std::size_t end = begin;
    if (isLetter(text[begin])) {
        while (end < text.size() && isLetter(text[end]))
            ++end;
        return end - begin;
    }
    if (isNumber(text[begin]))
        return 1;
    while (end < text.size() && !isSpace(text[end]) && !isLetter(text[end]) && !isNumber(text[end]))
        ++end;
    return end - begin;
}

}  // namespace

void ClipTokenizer::splitPlain(const std::string& text, TextCleaning cleaning,
                               std::vector<std::string>& pieces) const
{
    const std::u32string clean = cleaned(codePoints(text), cleaning);
    for (std::size_t begin = 0; begin < clean.size();) {
        if (isSpace(clean[begin])) {
            ++begin;
            continue;
        }
        const std::size_t length = matchLength(clean, begin);
        const std::string word = utf8Of(clean.substr(begin, length));
        begin += length;
        if (word == startToken || word == endToken) {
            pieces.push_back(word);
            continue;
        }
        for (auto& piece : bytePairs(word))
            pieces.push_back(std::move(piece));
    }
}

std::vector<std::string> ClipTokenizer::bytePairs(const std::string& word) const
{
    std::vector<std::string> symbols;
    for (const char byte : word)
        symbols.push_back(byteSymbols()[static_cast<unsigned char>(byte)]);
    symbols.back() += wordEnd;
    while (symbols.size() > 1) {
        int best = std::numeric_limits<int>::max();
        std::string pair;
        for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
            const auto found = m_ranks.find(symbols[i] + " " + symbols[i + 1]);
            if (found == m_ranks.end() || found->second >= best)
                continue;
            best = found->second;
            pair = found->first;
        }
        if (pair.empty())
            break;
        std::vector<std::string> merged;
        for (std::size_t i = 0; i < symbols.size(); ++i) {
            if (i + 1 < symbols.size() && symbols[i] + " " + symbols[i + 1] == pair) {
                merged.push_back(symbols[i] + symbols[i + 1]);
                ++i;
            } else {
                merged.push_back(symbols[i]);
            }
        }
        symbols = std::move(merged);
    }
    return symbols;
}

std::vector<std::string> ClipTokenizer::split(const std::string& text, TextCleaning cleaning) const
{
    std::vector<std::string> pieces;
    std::size_t plain = 0;
    for (std::size_t at = 0; at < text.size();) {
        // Special tokens stand for themselves wherever they are written; the longest first.
        const std::string* special = nullptr;
        for (const auto& [token, id] : m_specials)
            if (!token.empty() && text.compare(at, token.size(), token) == 0 &&
                (special == nullptr || token.size() > special->size()))
                special = &token;
        if (special == nullptr) {
            ++at;
            continue;
        }
        splitPlain(text.substr(plain, at - plain), cleaning, pieces);
        pieces.push_back(*special);
        at += special->size();
        plain = at;
    }
    splitPlain(text.substr(plain), cleaning, pieces);
    return pieces;
}

std::int64_t ClipTokenizer::idOf(const std::string& piece) const
{
    if (const auto special = m_specials.find(piece); special != m_specials.end())
        return special->second;
    const auto found = m_ids.find(piece);
    return found != m_ids.end() ? found->second : m_unknown;
}

TokenizedText ClipTokenizer::tokenize(const std::string& text, std::size_t length,
                                      TextCleaning cleaning) const
{
    TokenizedText result;
    result.pieces = split(text, cleaning);
    result.kept = int(std::min(result.pieces.size(), length >= 2 ? length - 2 : 0));
    result.ids.push_back(m_start);
    for (int i = 0; i < result.kept; ++i)
        result.ids.push_back(idOf(result.pieces[std::size_t(i)]));
    result.ids.push_back(m_end);
    result.mask.assign(result.ids.size(), 1);
    result.ids.resize(std::max(length, result.ids.size()), m_pad);
    result.mask.resize(result.ids.size(), 0);
    return result;
}

std::int64_t ClipTokenizer::vocabularySize() const
{
    std::int64_t largest = -1;
    for (const auto& [token, id] : m_ids)
        largest = std::max(largest, id);
    for (const auto& [token, id] : m_specials)
        largest = std::max(largest, id);
    return largest + 1;
}

}  // namespace diffuscope::model::diffusers
