// SPDX-License-Identifier: GPL-3.0-or-later
// The words of a prompt as chips: a click switches a word off and on again.
#pragma once

#include "ui/document/prompt_text.h"

#include <QToolButton>

#include <vector>

namespace diffuscope::ui {

/// One word; checked while it is on. Struck out where it is off, underlined where the model does not know it.
class WordChip : public QToolButton
{
    Q_OBJECT

public:
    explicit WordChip(QWidget* parent = nullptr);

    void setKnown(bool known);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    bool m_isKnown = true;
};

/// One stop of the Tab key: the arrow keys go from word to word, Space switches.
class WordChips : public QWidget
{
    Q_OBJECT

public:
    explicit WordChips(QWidget* parent = nullptr);

    void setPieces(const QList<PromptPiece>& pieces);

Q_SIGNALS:
    void wordSwitched(int piece, bool off);
    /// The mouse or the focus is on a word; −1 where it has left.
    void wordPointedAt(int piece);
    /// All words are to be offered.
    void listRequested();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    WordChip* addChip();
    void updateChip(int index, const PromptPiece& piece);
    void setCurrent(int index);
    bool moveFocus(int key);

    std::vector<WordChip*> m_chips;
    QToolButton* m_list = nullptr;
    int m_current = 0;
};

}  // namespace diffuscope::ui
