// SPDX-License-Identifier: GPL-3.0-or-later
// The words that a text-conditional network knows, and how a prompt is read with them. Standard types only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace diffuscope::model {

/// One word of a prompt.
struct PromptWord
{
    std::string text;       ///< in small letters, as the vocabulary has it
    std::size_t begin = 0;  ///< where it stands in the prompt, in bytes
    std::size_t size = 0;
    int id = -1;  ///< its number in the vocabulary, −1 where it is unknown

    bool isKnown() const { return id >= 0; }
    bool operator==(const PromptWord&) const = default;
};

class Vocabulary
{
public:
    /// Words are at most this long, and a prompt has at most so many bytes.
    static constexpr std::size_t longestWord = 40;
    static constexpr std::size_t longestPrompt = 1000;

    Vocabulary() = default;
    /// Throws std::invalid_argument, one sentence, for a word that is empty, too long, given twice, or not
    /// what splitting a prompt yields.
    explicit Vocabulary(std::vector<std::string> words);
    /// Every word of these texts, in alphabetical order; those that are too long are left out.
    static Vocabulary ofTexts(const std::vector<std::string>& texts);

    const std::vector<std::string>& words() const { return m_words; }
    int size() const { return static_cast<int>(m_words.size()); }
    bool empty() const { return m_words.empty(); }
    /// A number that is another for other words or another order: weights remember which one they know.
    std::string fingerprint() const;

    /// The prompt's words in order: runs of letters, marks, digits, apostrophes and picture symbols of any
    /// alphabet, composed and case-folded; everything else parts words. Unknown words have the id −1. Throws
    /// Error(invalidOption) for a prompt that is too long or holds control characters (other than line breaks
    /// and tabs).
    std::vector<PromptWord> split(const std::string& prompt) const;

    /// The ids of a prompt's words; none for a blank one. Throws Error(invalidOption) as well for unknown
    /// words, which it names, with the nearest known ones in the hint, and for more than `mostWords`.
    std::vector<std::int64_t> read(const std::string& prompt, int mostWords) const;

    /// The ids of the first `mostWords` known words of a caption, however long it is; unknown words are
    /// passed over.
    std::vector<std::int64_t> knownIds(const std::string& text, int mostWords) const;

    /// The beginning of a caption that read() takes: at most `mostWords` words and longestPrompt bytes.
    static std::string shortened(const std::string& text, int mostWords);
    /// The words of a text, known or not.
    static int wordCount(const std::string& text);
    /// Those of its words that no vocabulary holds.
    static std::vector<std::string> tooLongWords(const std::string& text);

    /// The known words that a mistyped one most resembles, at most three; empty where none is near.
    std::vector<std::string> near(const std::string& word) const;
    /// The known words that begin with `prefix`, for completion.
    std::vector<std::string> completions(const std::string& prefix) const;

private:
    std::vector<std::string> m_words;
    std::unordered_map<std::string, int> m_ids;
};

}  // namespace diffuscope::model
