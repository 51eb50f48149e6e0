// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/words/word_rows.h"

#include <algorithm>

namespace diffuscope::ui {

void WordRows::takeFrom(const FrameAttention& attention)
{
    m_rows.clear();
    m_secondBegins = -1;
    for (const std::string& word : attention.tokens) {
        if (word.empty()) {
            if (!m_rows.empty())
                m_secondBegins = size();
            continue;
        }
        const auto isSame = [&word](const WordRow& row) { return row.word == word; };
        m_rows.push_back({word, int(std::count_if(m_rows.begin(), m_rows.end(), isSame))});
    }
}

int WordRows::find(const WordRow& row) const
{
    const auto found = std::find(m_rows.begin(), m_rows.end(), row);
    return found == m_rows.end() ? -1 : int(found - m_rows.begin());
}

int WordRows::tokenOf(const FrameAttention& attention, int row) const
{
    const WordRow& wanted = (*this)[row];
    int occurrence = 0;
    for (int token = 0; token < attention.tokenCount(); ++token)
        if (attention.tokens[std::size_t(token)] == wanted.word && occurrence++ == wanted.occurrence)
            return token;
    return -1;
}

WordTable WordRows::table(const AttentionRecorder& recorder, int image) const
{
    WordTable table{
        .words = {}, .secondBegins = m_secondBegins, .steps = recorder.steps(), .shares = {}, .top = 0};
    table.shares.assign(m_rows.size() * std::size_t(table.steps), -1.0F);
    for (int row = 0; row < size(); ++row) {
        table.words.append(text(row));
        for (int step = 0; step < table.steps; ++step) {
            const FrameAttention* attention = recorder.at(step);
            if (!attention)
                continue;
            const int token = tokenOf(*attention, row);
            const float share = token < 0 ? 0.0F : attention->share(image, token);
            table.shares[std::size_t(row) * std::size_t(table.steps) + std::size_t(step)] = share;
            table.top = std::max(table.top, share);
        }
    }
    return table;
}

int WordRows::most(const WordTable& table)
{
    int most = -1;
    float largest = -1;
    for (int row = 0; row < table.words.size(); ++row) {
        float sum = 0;
        for (int step = 0; step < table.steps; ++step)
            sum += std::max(0.0F, table.share(row, step));
        if (sum > largest)
            most = row;
        largest = std::max(largest, sum);
    }
    return most;
}

float WordRows::peak(const AttentionRecorder& recorder, int row, int layer) const
{
    float top = 0;
    const std::size_t peak = std::size_t(layer + 1);
    for (int step = 0; step < recorder.steps(); ++step) {
        const FrameAttention* attention = recorder.at(step);
        const int token = attention ? tokenOf(*attention, row) : -1;
        if (token >= 0 && peak < attention->peaks.size())
            top = std::max(top, attention->peaks[peak][std::size_t(token)]);
    }
    return top;
}

}  // namespace diffuscope::ui
