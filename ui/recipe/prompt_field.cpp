// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/recipe/prompt_field.h"

#include "core/model/text/vocabulary.h"
#include "ui/theme/theme_colors.h"

#include <QAbstractItemView>
#include <QAbstractTextDocumentLayout>
#include <QCompleter>
#include <QKeyEvent>
#include <QLocale>
#include <QMimeData>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QStringListModel>

#include <algorithm>

namespace diffuscope::ui {

namespace {

constexpr int mostLines = 7;
constexpr int mostOffered = 10;

/// One line without control characters.
QString tidied(const QString& text)
{
    QString result;
    result.reserve(text.size());
    for (const QChar c : text) {
        if (c.isSpace())
            result.append(QLatin1Char(' '));
        else if (c.category() != QChar::Other_Control)
            result.append(c);
    }
    return result;
}

}  // namespace

PromptField::PromptField(QWidget* parent) : QPlainTextEdit(parent)
{
    setUndoRedoEnabled(false);
    setTabChangesFocus(true);
    setLineWrapMode(WidgetWidth);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_offered = new QStringListModel(this);
    m_completer = new QCompleter(m_offered, this);
    m_completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    m_completer->setMaxVisibleItems(mostOffered);
    m_completer->setWidget(this);
    connect(m_completer, qOverload<const QString&>(&QCompleter::activated), this,
            &PromptField::insertCompletion);
    connect(this, &QPlainTextEdit::textChanged, this, &PromptField::takeText);
    connect(this, &QPlainTextEdit::cursorPositionChanged, this, [this] {
        if (m_isQuiet || !isUpToDate())
            return;  // the caret moves before the text is told to have changed
        markWords();
        Q_EMIT promptChanged();
    });
    connect(document()->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this,
            &PromptField::fitHeight);
    fitHeight();
}

void PromptField::setReader(const PromptReader& reader)
{
    if (reader == m_prompt.reader())
        return;
    m_prompt.setReader(reader);
    m_sampled.reset();
}

qsizetype PromptField::caret() const
{
    return hasFocus() ? textCursor().position() : -1;
}

void PromptField::showPrompt(const QString& prompt, const session::WrittenPrompt& written)
{
    if (m_sampled == prompt && m_written == written)
        return;
    m_sampled = prompt;
    m_written = written;
    PromptText asWritten;
    asWritten.setReader(m_prompt.reader());
    asWritten.setText(QString::fromStdString(written.text));
    std::vector<bool> off(std::size_t(asWritten.pieces().size()));
    for (const int word : written.off)
        if (std::size_t(word) < off.size())
            off[std::size_t(word)] = true;
    asWritten.setOffWords(off);
    // What a file says of its prompts need not be so.
    if (asWritten.hasOffWords() && asWritten.sampled() == prompt)
        setForm(asWritten.text(), off);
    else
        setForm(prompt, {});
}

void PromptField::setForm(const QString& text, const std::vector<bool>& off)
{
    {
        const QScopedValueRollback quiet(m_isQuiet, true);
        m_notice.clear();
        m_prompt.setText(text);
        m_prompt.setOffWords(off);
        if (toPlainText() != text) {
            setPlainText(text);
            moveCursor(QTextCursor::End);
        }
    }
    m_completer->popup()->hide();
    markWords();
    Q_EMIT promptChanged();
}

/// The words are those of the text that is in the field.
bool PromptField::isUpToDate() const
{
    return toPlainText() == m_prompt.text();
}

bool PromptField::isPending() const
{
    return m_prompt.sampled() != sampled();
}

QList<PromptPiece> PromptField::shownPieces() const
{
    QList<PromptPiece> pieces = m_prompt.pieces();
    for (int i = 0; i < pieces.size(); ++i)
        pieces[i].isKnown = pieces[i].isKnown || m_prompt.isBeingTyped(i, caret());
    return pieces;
}

PromptProblem PromptField::problem() const
{
    return m_notice.isEmpty() ? m_prompt.problem(caret()) : PromptProblem{.text = m_notice};
}

void PromptField::takeText()
{
    if (m_isQuiet || isUpToDate())
        return;
    const QString text = toPlainText();
    if (text.toUtf8().size() > PromptText::longestText()) {
        setForm(QString(m_prompt.text()), m_prompt.offWords());
        m_notice =
            tr("A prompt has at most %1 characters.").arg(QLocale().toString(PromptText::longestText()));
        Q_EMIT promptChanged();
        return;
    }
    m_notice.clear();
    m_prompt.setText(text);
    markWords();
    report();
    Q_EMIT promptChanged();
}

/// What cannot be read leaves the recipe as it is.
void PromptField::report()
{
    if (!m_prompt.isReadable())
        return;
    const QString prompt = m_prompt.sampled();
    session::WrittenPrompt written;
    if (m_prompt.hasOffWords()) {
        written.text = m_prompt.text().toStdString();
        for (int i = 0; i < m_prompt.pieces().size(); ++i)
            if (m_prompt.pieces()[i].isOff)
                written.off.push_back(i);
    }
    if (m_sampled == prompt && m_written == written)
        return;
    m_sampled = prompt;
    m_written = std::move(written);
    Q_EMIT promptEdited(prompt);
}

void PromptField::switchWord(int piece, bool off)
{
    m_prompt.switchWord(piece, off);
    markWords();
    report();
    Q_EMIT promptChanged();
}

void PromptField::replaceWord(int piece, const QString& word)
{
    if (piece < 0 || piece >= m_prompt.pieces().size())
        return;
    const PromptPiece place = m_prompt.pieces()[piece];
    QTextCursor cursor(document());
    cursor.setPosition(int(place.begin));
    cursor.setPosition(int(place.end()), QTextCursor::KeepAnchor);
    cursor.insertText(word);
}

/// Unknown words are underlined with a wave, those that are off struck out.
void PromptField::markWords()
{
    const ThemeColors& colors = themeColors(palette());
    QList<QTextEdit::ExtraSelection> marks;
    for (int i = 0; i < m_prompt.pieces().size(); ++i) {
        const PromptPiece& piece = m_prompt.pieces()[i];
        if (piece.isKnown && !piece.isOff)
            continue;
        QTextEdit::ExtraSelection mark;
        if (piece.isOff) {
            mark.format.setFontStrikeOut(true);
            mark.format.setForeground(colors.mutedText);
        } else if (!m_prompt.isBeingTyped(i, caret())) {
            mark.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
            mark.format.setUnderlineColor(colors.series[0]);
        }
        mark.cursor = QTextCursor(document());
        mark.cursor.setPosition(int(piece.begin));
        mark.cursor.setPosition(int(piece.end()), QTextCursor::KeepAnchor);
        marks.append(mark);
    }
    setExtraSelections(marks);
}

void PromptField::setFewestLines(int lines)
{
    m_fewestLines = lines;
    fitHeight();
}

bool PromptField::event(QEvent* event)
{
    const bool isKey = event->type() == QEvent::KeyPress;
    if (isKey && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Tab && completeWithTab()) {
        event->accept();
        return true;
    }
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool isUndo = key->matches(QKeySequence::Undo);
        if (isUndo || key->matches(QKeySequence::Redo)) {
            event->setAccepted(isUndo && isPending());
            return true;
        }
    }
    return QPlainTextEdit::event(event);
}

void PromptField::keyPressEvent(QKeyEvent* event)
{
    const bool isReturn = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    const bool isOfPopup = isReturn || event->key() == Qt::Key_Tab || event->key() == Qt::Key_Backtab ||
                           event->key() == Qt::Key_Escape;
    if (isReturn || (isOfPopup && m_completer->popup()->isVisible()))
        return event->ignore();
    if (event->matches(QKeySequence::Undo) && isPending()) {
        const QString prompt = sampled();
        m_sampled.reset();
        return showPrompt(prompt, session::WrittenPrompt(m_written));
    }
    if (event->key() == Qt::Key_Space && event->modifiers() & Qt::ControlModifier)
        return listWords();
    const QString before = m_prompt.text();
    QPlainTextEdit::keyPressEvent(event);
    if (m_prompt.text() != before)
        completeWord();
    else if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)
        m_completer->popup()->hide();
}

void PromptField::insertFromMimeData(const QMimeData* source)
{
    const QString pasted = source->text();
    const QString text = tidied(pasted);
    const QString longest = QLocale().toString(PromptText::longestText());
    const auto kept = m_prompt.text().toUtf8().size() - textCursor().selectedText().toUtf8().size();
    if (kept + text.toUtf8().size() > PromptText::longestText()) {
        m_notice = tr("What was pasted has %1 characters, and a prompt has at most %2: it was left out.")
                       .arg(QLocale().toString(pasted.size()), longest);
        Q_EMIT promptChanged();
        return;
    }
    insertPlainText(text);
    ensureCursorVisible();
    if (text.size() == pasted.size())
        return;
    m_notice = tr("Control characters in what was pasted were left out.");
    Q_EMIT promptChanged();
}

void PromptField::focusInEvent(QFocusEvent* event)
{
    QPlainTextEdit::focusInEvent(event);
    markWords();
    Q_EMIT promptChanged();
}

void PromptField::focusOutEvent(QFocusEvent* event)
{
    QPlainTextEdit::focusOutEvent(event);
    markWords();
    Q_EMIT promptChanged();
}

void PromptField::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    fitHeight();
}

void PromptField::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        fitHeight();
    if (event->type() == QEvent::PaletteChange && m_completer)
        markWords();
}

/// As high as its text, within limits.
void PromptField::fitHeight()
{
    const int lines = std::clamp(int(document()->size().height()), m_fewestLines, mostLines);
    const int margins = int(2 * document()->documentMargin()) + 2 * frameWidth();
    setFixedHeight(lines * fontMetrics().lineSpacing() + margins);
    setVerticalScrollBarPolicy(document()->size().height() > mostLines ? Qt::ScrollBarAsNeeded
                                                                       : Qt::ScrollBarAlwaysOff);
}

}  // namespace diffuscope::ui
