// SPDX-License-Identifier: GPL-3.0-or-later
// The words of a prompt as rows of a table, found again in the tokens of every step.
#pragma once

#include "ui/engine/attention_recorder.h"
#include "ui/words/word_strip.h"

#include <vector>

namespace diffuscope::ui {

/// The how-manieth of a prompt's words of this spelling.
struct WordRow
{
    std::string word;
    int occurrence = 0;
    bool operator==(const WordRow&) const = default;
};

class WordRows
{
public:
    void clear() { m_rows.clear(); }
    /// The words as the model read them; the tokens that begin a prompt are none.
    void takeFrom(const FrameAttention& attention);

    int size() const { return int(m_rows.size()); }
    const WordRow& operator[](int row) const { return m_rows[std::size_t(row)]; }
    /// −1 where it is none of them.
    int find(const WordRow& row) const;
    QString text(int row) const { return QString::fromStdString((*this)[row].word); }
    /// −1 where that step's prompt (before a branch, say) has no such word.
    int tokenOf(const FrameAttention& attention, int row) const;

    /// Of one image, or of the mean over all for image −1.
    WordTable table(const AttentionRecorder& recorder, int image) const;
    /// The row with most attention in a table.
    static int most(const WordTable& table);
    /// The largest share at any place in any step; layer −1 is the mean over all.
    float peak(const AttentionRecorder& recorder, int row, int layer) const;

private:
    std::vector<WordRow> m_rows;
    int m_secondBegins = -1;
};

}  // namespace diffuscope::ui
