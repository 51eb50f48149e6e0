// SPDX-License-Identifier: GPL-3.0-or-later
// A prompt as a person edits it: its words, which of them are switched off, and what keeps it from being
// read.
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include <memory>
#include <vector>

namespace diffuscope::model {
class Vocabulary;
}

namespace diffuscope::ui {

/// The words that a model knows, and how many of them it reads.
struct PromptReader
{
    std::shared_ptr<const model::Vocabulary> vocabulary{};
    int mostWords = 0;

    bool operator==(const PromptReader&) const = default;
};

/// One word, where it stands in the text.
struct PromptPiece
{
    QString text;  ///< as it was typed
    qsizetype begin = 0;
    bool isKnown = false;
    bool isOff = false;

    qsizetype end() const { return begin + text.size(); }
    bool operator==(const PromptPiece&) const = default;
};

/// Why a prompt cannot be read, for a person; `suggestions` may take the place of word `piece`.
struct PromptProblem
{
    QString text;
    QStringList suggestions{};
    int piece = -1;

    bool isNone() const { return text.isEmpty(); }
    bool operator==(const PromptProblem&) const = default;
};

class PromptText
{
public:
    /// Longer texts are not taken.
    static int longestText();

    void setReader(const PromptReader& reader);
    const PromptReader& reader() const { return m_reader; }
    /// Words at both ends that are the same as before stay switched off.
    void setText(const QString& text);
    const QString& text() const { return m_text; }

    const QList<PromptPiece>& pieces() const { return m_pieces; }
    bool hasOffWords() const;
    void switchWord(int piece, bool off);
    /// Which words are off, in order.
    std::vector<bool> offWords() const;
    void setOffWords(const std::vector<bool>& off);

    /// The text without the words that are off, its blanks tidied; empty where no word is left.
    QString sampled() const;
    /// Every word that is on is known, and they are not too many.
    bool isReadable() const;
    /// The word at whose end the caret stands is still being typed if known words begin with it.
    bool isBeingTyped(int piece, qsizetype caret) const;
    /// What is wrong with it, but for the word that is being typed; caret −1 is none.
    PromptProblem problem(qsizetype caret) const;
    /// The word whose letters stand just before the caret, −1 if there is none.
    int pieceBefore(qsizetype caret) const;

private:
    void split();
    PromptProblem problemOfWord(int piece) const;

    PromptReader m_reader;
    QString m_text;
    QList<PromptPiece> m_pieces;
    QString m_unreadable;  ///< why there are no pieces at all
};

}  // namespace diffuscope::ui
