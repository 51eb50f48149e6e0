// SPDX-License-Identifier: GPL-3.0-or-later
// A field for a prompt: completes words, marks those that a model does not know, and reports what can be
// read.
#pragma once

#include "core/session/session_tree.h"
#include "ui/document/prompt_text.h"

#include <QPlainTextEdit>

#include <optional>

class QCompleter;
class QStringListModel;

namespace diffuscope::ui {

/// Reports every readable prompt while one types; what cannot be read yet (a word's first letters) changes
/// nothing. Undo belongs to the window, but for text that was not read: that is taken back first.
class PromptField : public QPlainTextEdit
{
    Q_OBJECT

public:
    explicit PromptField(QWidget* parent = nullptr);

    void setReader(const PromptReader& reader);
    const PromptText& prompt() const { return m_prompt; }
    /// Shows a recipe's prompt as it was written, with the words that are off; signals no edit. Text that is
    /// being typed stays where both are as before.
    void showPrompt(const QString& prompt, const session::WrittenPrompt& written = {});
    /// How the prompt that was last reported or shown is written; empty where no word is off.
    const session::WrittenPrompt& written() const { return m_written; }
    /// What the recipe has.
    QString sampled() const { return m_sampled.value_or(QString()); }
    /// The text differs from what the recipe has, since it cannot be read.
    bool isPending() const;
    /// Its words, of which the one that is being typed is not unknown yet.
    QList<PromptPiece> shownPieces() const;
    /// What a person should know of the text, or of what was pasted.
    PromptProblem problem() const;

    void switchWord(int piece, bool off);
    void replaceWord(int piece, const QString& word);
    /// How high it is while it has little text.
    void setFewestLines(int lines);
    /// Offers all words at the end of the text.
    void listWords();

Q_SIGNALS:
    /// Another prompt that can be read, or the same one written() otherwise.
    void promptEdited(const QString& prompt);
    /// The text, its words or problem() may have changed.
    void promptChanged();

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void insertFromMimeData(const QMimeData* source) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void takeText();
    void report();
    void setForm(const QString& text, const std::vector<bool>& off);
    bool isUpToDate() const;
    void markWords();
    void completeWord();
    void offer(const QStringList& words, bool chooseFirst);
    void insertCompletion(const QString& word);
    bool completeWithTab();
    void fitHeight();
    qsizetype caret() const;

    PromptText m_prompt;
    std::optional<QString> m_sampled;
    session::WrittenPrompt m_written;
    QString m_notice;  ///< what became of the last paste
    QCompleter* m_completer = nullptr;
    QStringListModel* m_offered = nullptr;
    int m_fewestLines = 2;
    bool m_isQuiet = false;
};

}  // namespace diffuscope::ui
