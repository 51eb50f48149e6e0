// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/text/vocabulary.h"

#include "core/base/error.h"
#include "core/base/unicode.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <stdexcept>
#include <string_view>

namespace diffuscope::model {
namespace {

constexpr std::size_t mostNearWords = 3;
constexpr std::size_t mostNamedWords = 5;

// What a word of a vocabulary may consist of: words of models that older versions trained hold any bytes of
// other alphabets.
bool isStoredWord(const std::string& word)
{
    return !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' || c >= 0x80;
    });
}

// The form in which words are compared: composed, in small letters, with one kind of apostrophe.
std::string comparedForm(const std::string& text)
{
    constexpr std::string_view rightQuote = "\xe2\x80\x99";
    std::string form = base::foldedText(text);
    for (std::size_t at = form.find(rightQuote); at != std::string::npos; at = form.find(rightQuote, at))
        form.replace(at, rightQuote.size(), "'");
    return form;
}

void refuseUnreadable(const std::string& prompt)
{
    if (prompt.size() > Vocabulary::longestPrompt) {
        throw Error(ErrorCode::invalidOption,
                    "The prompt has " + std::to_string(prompt.size()) + " characters; at most " +
                        std::to_string(Vocabulary::longestPrompt) + " are read.",
                    "Shorten the prompt to a few words.");
    }
    const auto control = std::find_if(prompt.begin(), prompt.end(), [](unsigned char c) {
        return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f;
    });
    if (control != prompt.end()) {
        throw Error(ErrorCode::invalidOption,
                    "The prompt holds a control character at place " +
                        std::to_string(control - prompt.begin() + 1) + ".",
                    "Write words, blanks and commas only.");
    }
}

// The words of any text with their places, without looking them up.
std::vector<PromptWord> wordsOf(const std::string& text)
{
    std::vector<PromptWord> words;
    std::size_t at = 0, begin = 0;
    const auto endWord = [&](std::size_t end) {
        if (end > begin)
            words.push_back({comparedForm(text.substr(begin, end - begin)), begin, end - begin, -1});
    };
    while (at < text.size()) {
        const base::CodePoint point = base::codePointAt(text, at);
        if (!base::isOfWord(point.value)) {
            endWord(at);
            begin = at + point.bytes;
        }
        at += point.bytes;
    }
    endWord(text.size());
    return words;
}

// Changes of a letter, insertions, removals and swaps of neighbours that lead from one word to the other
// (optimal string alignment; Damerau 1964).
std::size_t editDistance(const std::string& a, const std::string& b)
{
    const std::size_t columns = b.size() + 1;
    std::vector<std::size_t> cost((a.size() + 1) * columns);
    const auto at = [&cost, columns](std::size_t i, std::size_t j) -> std::size_t& {
        return cost[i * columns + j];
    };
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                at(i, j) = i + j;
                continue;
            }
            const bool isSame = a[i - 1] == b[j - 1];
            at(i, j) = std::min({at(i - 1, j - 1) + (isSame ? 0 : 1), at(i - 1, j) + 1, at(i, j - 1) + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
        }
    }
    return at(a.size(), b.size());
}

std::string quotedList(const std::vector<std::string>& words, const char* last)
{
    std::string text;
    for (std::size_t index = 0; index < words.size(); ++index) {
        const bool isLast = index > 0 && index + 1 == words.size();
        text += index == 0 ? "" : isLast ? std::string(" ") + last + " " : ", ";
        text += "\"" + words[index] + "\"";
    }
    return text;
}

}  // namespace

Vocabulary::Vocabulary(std::vector<std::string> words) : m_words(std::move(words))
{
    std::set<std::string> given;
    for (const std::string& word : m_words) {
        if (!isStoredWord(word) || word.size() > longestWord) {
            throw std::invalid_argument("\"" + word.substr(0, longestWord) +
                                        "\" is not a word of small letters with at most " +
                                        std::to_string(longestWord) + " characters.");
        }
        if (!given.insert(word).second)
            throw std::invalid_argument("The word \"" + word + "\" is in the vocabulary twice.");
        // Where older vocabularies hold a word in two forms, the first stands for both.
        m_ids.emplace(comparedForm(word), static_cast<int>(given.size() - 1));
    }
}

Vocabulary Vocabulary::ofTexts(const std::vector<std::string>& texts)
{
    std::set<std::string> words;
    for (const std::string& text : texts)
        for (const PromptWord& word : wordsOf(text))
            if (word.text.size() <= longestWord && isStoredWord(word.text))
                words.insert(word.text);
    return Vocabulary({words.begin(), words.end()});
}

std::string Vocabulary::fingerprint() const
{
    std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a, 64 bits
    for (const std::string& word : m_words)
        for (const char c : word + '\n')
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    char text[24];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

std::vector<PromptWord> Vocabulary::split(const std::string& prompt) const
{
    refuseUnreadable(prompt);
    std::vector<PromptWord> words = wordsOf(prompt);
    for (PromptWord& word : words) {
        const auto found = m_ids.find(word.text);
        word.id = found == m_ids.end() ? -1 : found->second;
    }
    return words;
}

std::vector<std::int64_t> Vocabulary::knownIds(const std::string& text, int mostWords) const
{
    std::vector<std::int64_t> ids;
    for (const PromptWord& word : wordsOf(text)) {
        const auto found = m_ids.find(word.text);
        if (found != m_ids.end() && static_cast<int>(ids.size()) < mostWords)
            ids.push_back(found->second);
    }
    return ids;
}

std::string Vocabulary::shortened(const std::string& text, int mostWords)
{
    const std::vector<PromptWord> words = wordsOf(text);
    std::size_t kept = std::min(words.size(), static_cast<std::size_t>(std::max(0, mostWords)));
    while (kept > 0 && words[kept - 1].begin + words[kept - 1].size > longestPrompt)
        --kept;
    if (kept == words.size() && text.size() <= longestPrompt)
        return text;
    return kept == 0 ? std::string() : text.substr(0, words[kept - 1].begin + words[kept - 1].size);
}

int Vocabulary::wordCount(const std::string& text)
{
    return static_cast<int>(wordsOf(text).size());
}

std::vector<std::string> Vocabulary::tooLongWords(const std::string& text)
{
    std::vector<std::string> result;
    for (const PromptWord& word : wordsOf(text))
        if (word.text.size() > longestWord)
            result.push_back(word.text);
    return result;
}

std::vector<std::int64_t> Vocabulary::read(const std::string& prompt, int mostWords) const
{
    std::vector<std::int64_t> ids;
    std::vector<std::string> unknown, instead;
    for (const PromptWord& word : split(prompt)) {
        ids.push_back(word.id);
        const std::string shown = word.text.substr(0, longestWord);
        if (!word.isKnown() && std::find(unknown.begin(), unknown.end(), shown) == unknown.end() &&
            unknown.size() < mostNamedWords) {
            unknown.push_back(shown);
            for (const std::string& known : near(word.text))
                instead.push_back(known);
        }
    }
    if (!unknown.empty()) {
        const bool isShort = m_words.size() <= 40;
        std::string all;
        for (const std::string& word : m_words)
            all += (all.empty() ? "" : " ") + word;
        throw Error(ErrorCode::invalidOption,
                    std::string("The model does not know the ") + (unknown.size() == 1 ? "word " : "words ") +
                        quotedList(unknown, "and") + ".",
                    !instead.empty() ? "Did you mean " + quotedList(instead, "or") + "?"
                    : isShort        ? "It knows: " + all + "."
                                     : "Use words of its " + std::to_string(m_words.size()) + ".");
    }
    if (static_cast<int>(ids.size()) > mostWords) {
        throw Error(ErrorCode::invalidOption,
                    "The prompt has " + std::to_string(ids.size()) + " words; the model reads at most " +
                        std::to_string(mostWords) + ".",
                    "Leave out some words.");
    }
    return ids;
}

std::vector<std::string> Vocabulary::near(const std::string& word) const
{
    const std::string wanted = comparedForm(word);
    if (wanted.size() > longestWord)
        return {};
    std::vector<std::pair<std::size_t, std::string>> candidates;
    for (const std::string& known : m_words) {
        const std::size_t changes = editDistance(wanted, known);
        const bool isBeginning = wanted.size() >= 3 && known.starts_with(wanted);
        if (isBeginning || (changes <= 2 && changes * 2 < std::max(wanted.size(), known.size())))
            candidates.emplace_back(isBeginning ? 1 : changes, known);
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> result;
    for (std::size_t index = 0; index < std::min(candidates.size(), mostNearWords); ++index)
        result.push_back(candidates[index].second);
    return result;
}

std::vector<std::string> Vocabulary::completions(const std::string& prefix) const
{
    const std::string wanted = comparedForm(prefix);
    std::vector<std::string> result;
    std::copy_if(m_words.begin(), m_words.end(), std::back_inserter(result),
                 [&wanted](const std::string& word) { return word.starts_with(wanted); });
    return result;
}

}  // namespace diffuscope::model
