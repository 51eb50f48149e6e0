// A field for a prompt: completes words, marks those that a model does not know, and reports what can be
// read.
#pragma once

#include "ui/panels/prompt_text.h"

#include <QHash>
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
    /// Shows a recipe's prompt, with the words that were off when it was reported; signals no edit. Text that
    /// is being typed stays where the recipe's prompt is as before.
    void showPrompt(const QString& prompt);
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
    /// Another prompt that can be read.
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
    struct Form
    {
        QString text;
        std::vector<bool> off;
    };

    void takeText();
    void report();
    void setForm(const Form& form);
    void markWords();
    void completeWord();
    void offer(const QStringList& words, bool chooseFirst);
    void insertCompletion(const QString& word);
    bool completeWithTab();
    void fitHeight();
    qsizetype caret() const;

    PromptText m_prompt;
    std::optional<QString> m_sampled;
    QHash<QString, Form> m_forms;  ///< how each prompt that was reported was written
    QString m_notice;              ///< what became of the last paste
    QCompleter* m_completer = nullptr;
    QStringListModel* m_offered = nullptr;
    int m_fewestLines = 2;
    bool m_isQuiet = false;
};

}  // namespace diffuscope::ui
