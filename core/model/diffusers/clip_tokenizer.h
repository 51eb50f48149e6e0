// SPDX-License-Identifier: GPL-3.0-or-later
// CLIP's byte-pair tokenizer (Sennrich 2016; Radford 2021), from vocab.json and merges.txt or one
// tokenizer.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace diffuscope::model::diffusers {

/// How a text is cleaned before it is split.
enum class TextCleaning {
    /// Normal form C, white space collapsed, lower case: what people's folders usually run.
    fast,
    /// Also drops control characters and sets CJK ideographs apart, as the older implementation without ftfy
    /// does.
    slow,
};

/// A text as ids, framed and filled up.
struct TokenizedText
{
    std::vector<std::int64_t> ids;    ///< of full length
    std::vector<std::string> pieces;  ///< what each id between the frame stands for, "cat</w>"
    int kept = 0;                     ///< pieces that fitted; the others were cut
    /// 1 for the frame and the pieces, 0 for padding.
    std::vector<std::int64_t> mask;
};

class ClipTokenizer
{
public:
    /// From a tokenizer's folder. Throws Error where files are missing or damaged, or a token of the frame is
    /// not in the vocabulary.
    static ClipTokenizer read(const std::filesystem::path& folder);

    /// Pieces of a text, without frame.
    std::vector<std::string> split(const std::string& text, TextCleaning cleaning = TextCleaning::fast) const;
    std::int64_t idOf(const std::string& piece) const;
    /// Start, pieces, end, with padding to `length`; what is too long is cut before the end.
    TokenizedText tokenize(const std::string& text, std::size_t length,
                           TextCleaning cleaning = TextCleaning::fast) const;

    std::int64_t startId() const { return m_start; }
    std::int64_t endId() const { return m_end; }
    std::int64_t padId() const { return m_pad; }
    /// One above the largest id: what the embedding must have rows for.
    std::int64_t vocabularySize() const;
    std::size_t length() const { return m_length; }

private:
    void readVocabulary(const std::filesystem::path& folder);
    void readSpecials(const std::filesystem::path& folder);
    void addMerges(const std::vector<std::string>& lines, const std::string& where);
    std::vector<std::string> bytePairs(const std::string& word) const;
    void splitPlain(const std::string& text, TextCleaning cleaning, std::vector<std::string>& pieces) const;

    std::unordered_map<std::string, std::int64_t> m_ids;
    std::unordered_map<std::string, int> m_ranks;  ///< of "left right"
    std::map<std::string, std::int64_t> m_specials;
    std::int64_t m_start = 0;
    std::int64_t m_end = 0;
    std::int64_t m_pad = 0;
    std::int64_t m_unknown = 0;
    std::size_t m_length = 77;
};

}  // namespace diffuscope::model::diffusers
