// SPDX-License-Identifier: GPL-3.0-or-later
// The words that a prompt's field offers while one types, and all of them on request.
#include "core/model/text/vocabulary.h"
#include "ui/recipe/prompt_field.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QScrollBar>
#include <QStringListModel>

namespace diffuscope::ui {

namespace {

QStringList wordList(const std::vector<std::string>& words)
{
    QStringList list;
    for (const std::string& word : words)
        list.append(QString::fromStdString(word));
    return list;
}

}  // namespace

void PromptField::completeWord()
{
    const qsizetype place = textCursor().position();
    const int piece = m_prompt.pieceBefore(place);
    if (piece < 0 || m_prompt.pieces()[piece].end() != place || !m_prompt.reader().vocabulary)
        return m_completer->popup()->hide();
    const PromptPiece& word = m_prompt.pieces()[piece];
    const QStringList words = wordList(m_prompt.reader().vocabulary->completions(word.text.toStdString()));
    if (words.isEmpty() || (words.size() == 1 && word.isKnown))
        return m_completer->popup()->hide();
    offer(words, !word.isKnown);
}

void PromptField::offer(const QStringList& words, bool chooseFirst)
{
    m_offered->setStringList(words);
    QAbstractItemView* popup = m_completer->popup();
    popup->setObjectName(objectName() + QStringLiteral(".completions"));
    popup->setAccessibleName(tr("Words"));
    QRect place = cursorRect();
    place.translate(viewport()->pos());
    place.setWidth(
        popup->sizeHintForColumn(0) + 2 * popup->frameWidth() + 12 +
        (words.size() > m_completer->maxVisibleItems() ? popup->verticalScrollBar()->sizeHint().width() : 0));
    m_completer->complete(place);
    popup->setCurrentIndex(chooseFirst ? m_completer->completionModel()->index(0, 0) : QModelIndex());
}

void PromptField::listWords()
{
    if (!m_prompt.reader().vocabulary)
        return;
    setFocus();
    moveCursor(QTextCursor::End);
    QStringList words = wordList(m_prompt.reader().vocabulary->words());
    words.sort(Qt::CaseInsensitive);
    offer(words, true);
}

/// In place of the word at the caret where it is being typed, behind the text where all words were offered.
void PromptField::insertCompletion(const QString& word)
{
    QTextCursor cursor = textCursor();
    const int piece = m_prompt.pieceBefore(cursor.position());
    const bool completes = piece >= 0 && m_prompt.pieces()[piece].end() == cursor.position() &&
                           word.startsWith(m_prompt.pieces()[piece].text, Qt::CaseInsensitive) &&
                           m_offered->rowCount() < m_prompt.reader().vocabulary->size();
    const QString behind = cursor.position() == m_prompt.text().size() ? QStringLiteral(" ") : QString();
    if (completes)
        cursor.setPosition(int(m_prompt.pieces()[piece].begin), QTextCursor::KeepAnchor);
    const bool touches = !completes && piece >= 0;
    cursor.insertText((touches ? QStringLiteral(" ") : QString()) + word + behind);
    setTextCursor(cursor);
}

/// Otherwise the key goes to the next control.
bool PromptField::completeWithTab()
{
    if (!m_completer->popup()->isVisible())
        return false;
    const QModelIndex chosen = m_completer->popup()->currentIndex();
    m_completer->popup()->hide();
    if (chosen.isValid())
        insertCompletion(chosen.data().toString());
    return chosen.isValid();
}

}  // namespace diffuscope::ui
