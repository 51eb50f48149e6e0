// SPDX-License-Identifier: GPL-3.0-or-later
// A prompt with all that belongs to it: its field, its words as chips, and a sentence where it cannot be
// read.
#pragma once

#include "ui/document/prompt_text.h"

#include <QWidget>

class QLabel;
class QToolButton;

namespace diffuscope::ui {

class NoticeSign;
class PromptField;
class WordChips;

class PromptInput : public QWidget
{
    Q_OBJECT

public:
    enum class Chips { none, shown };

    /// `name` is the field's object name and begins those of its message ("prompt.message",
    /// "prompt.suggestion.0").
    PromptInput(const QString& name, Chips chips, QWidget* parent = nullptr);
    ~PromptInput() override;

    PromptField& field() { return *m_field; }
    void setReader(const PromptReader& reader);
    /// What it means that the prompt is empty: a sentence.
    void setEmptyText(const QString& placeholder, const QString& sentence);

Q_SIGNALS:
    void promptEdited(const QString& prompt);
    /// Of the words that are on, the one with the mouse or the focus; −1 where it has left.
    void wordPointedAt(int word);

protected:
    void changeEvent(QEvent* event) override;

private:
    void buildMessage(const QString& name);
    void refresh();
    void showMessage(const PromptProblem& problem);
    void pointAt(int piece);
    void updateFonts();

    PromptField* m_field = nullptr;
    WordChips* m_chips = nullptr;
    QWidget* m_message = nullptr;
    NoticeSign* m_sign = nullptr;
    QLabel* m_text = nullptr;
    QWidget* m_suggestions = nullptr;
    QList<QToolButton*> m_buttons;
    QString m_emptySentence;
    int m_replaced = -1;  ///< the word that a suggestion replaces
};

}  // namespace diffuscope::ui
