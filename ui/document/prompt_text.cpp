// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/prompt_text.h"

#include "core/base/error.h"
#include "core/model/text/vocabulary.h"
#include "ui/engine/failure.h"

#include <QCoreApplication>

#include <algorithm>

namespace diffuscope::ui {

namespace {

QString promptWords(const char* text)
{
    return QCoreApplication::translate("diffuscope::ui::PromptText", text);
}

bool isSameWord(const PromptPiece& a, const PromptPiece& b)
{
    return a.text.compare(b.text, Qt::CaseInsensitive) == 0;
}

}  // namespace

int PromptText::longestText()
{
    return int(model::Vocabulary::longestPrompt);
}

void PromptText::setReader(const PromptReader& reader)
{
    m_reader = reader;
    const std::vector<bool> off = offWords();
    split();
    setOffWords(off);
}

void PromptText::split()
{
    m_pieces.clear();
    m_unreadable.clear();
    if (!m_reader.vocabulary)
        return;
    try {
        const std::string bytes = m_text.toStdString();
        for (const model::PromptWord& word : m_reader.vocabulary->split(bytes)) {
            const auto length = [&](std::size_t end) {
                return QString::fromUtf8(bytes.data(), qsizetype(end)).size();
            };
            const qsizetype begin = length(word.begin);
            m_pieces.append({.text = m_text.mid(begin, length(word.begin + word.size) - begin),
                             .begin = begin,
                             .isKnown = word.isKnown()});
        }
    } catch (const Error& error) {
        m_unreadable = sentencesOf(error);
    }
}

void PromptText::setText(const QString& text)
{
    if (text == m_text)
        return;
    m_text = text;
    const QList<PromptPiece> before = m_pieces;
    split();
    const qsizetype common = std::min(before.size(), m_pieces.size());
    qsizetype first = 0;
    for (; first < common && isSameWord(before[first], m_pieces[first]); ++first)
        m_pieces[first].isOff = before[first].isOff;
    for (qsizetype last = 1; last <= common - first; ++last) {
        const PromptPiece& old = before[before.size() - last];
        PromptPiece& now = m_pieces[m_pieces.size() - last];
        if (!isSameWord(old, now))
            break;
        now.isOff = old.isOff;
    }
}

bool PromptText::hasOffWords() const
{
    return std::any_of(m_pieces.begin(), m_pieces.end(),
                       [](const PromptPiece& piece) { return piece.isOff; });
}

void PromptText::switchWord(int piece, bool off)
{
    if (piece >= 0 && piece < m_pieces.size())
        m_pieces[piece].isOff = off;
}

std::vector<bool> PromptText::offWords() const
{
    std::vector<bool> off;
    for (const PromptPiece& piece : m_pieces)
        off.push_back(piece.isOff);
    return off;
}

void PromptText::setOffWords(const std::vector<bool>& off)
{
    for (qsizetype i = 0; i < m_pieces.size(); ++i)
        m_pieces[i].isOff = std::size_t(i) < off.size() && off[std::size_t(i)];
}

QString PromptText::sampled() const
{
    if (!m_unreadable.isEmpty() || !m_reader.vocabulary)
        return m_text;
    QString text;
    qsizetype from = 0;
    bool hasWords = false;
    for (const PromptPiece& piece : m_pieces) {
        hasWords = hasWords || !piece.isOff;
        if (!piece.isOff)
            continue;
        text += m_text.mid(from, piece.begin - from);
        from = piece.end();
    }
    return hasWords ? (text + m_text.mid(from)).simplified() : QString();
}

bool PromptText::isReadable() const
{
    const auto isUnknown = [](const PromptPiece& piece) { return !piece.isOff && !piece.isKnown; };
    const auto on = std::count_if(m_pieces.begin(), m_pieces.end(),
                                  [](const PromptPiece& piece) { return !piece.isOff; });
    return m_unreadable.isEmpty() && on <= m_reader.mostWords &&
           std::none_of(m_pieces.begin(), m_pieces.end(), isUnknown);
}

bool PromptText::isBeingTyped(int piece, qsizetype caret) const
{
    const PromptPiece& word = m_pieces[piece];
    return !word.isKnown && word.end() == caret &&
           !m_reader.vocabulary->completions(word.text.toStdString()).empty();
}

PromptProblem PromptText::problemOfWord(int piece) const
{
    const QString word = m_pieces[piece].text;
    PromptProblem problem{.text = promptWords("The model does not know the word “%1”.")
                                      .arg(word.left(int(model::Vocabulary::longestWord))),
                          .piece = piece};
    for (const std::string& near : m_reader.vocabulary->near(word.toStdString()))
        problem.suggestions.append(QString::fromStdString(near));
    return problem;
}

PromptProblem PromptText::problem(qsizetype caret) const
{
    if (!m_unreadable.isEmpty())
        return {.text = m_unreadable};
    int on = 0;
    for (int i = 0; i < m_pieces.size(); ++i) {
        if (m_pieces[i].isOff)
            continue;
        ++on;
        if (!m_pieces[i].isKnown && !isBeingTyped(i, caret))
            return problemOfWord(i);
    }
    if (on > m_reader.mostWords)
        return {.text = promptWords("The prompt has %1 words, and the model reads %2: leave some out.")
                            .arg(on)
                            .arg(m_reader.mostWords)};
    return {};
}

int PromptText::pieceBefore(qsizetype caret) const
{
    for (int i = 0; i < m_pieces.size(); ++i)
        if (m_pieces[i].begin < caret && caret <= m_pieces[i].end())
            return i;
    return -1;
}

}  // namespace diffuscope::ui
