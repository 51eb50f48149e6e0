// SPDX-License-Identifier: GPL-3.0-or-later
// The dock of the session: its tree of runs, what can be done with them, and a note on the current one.
#pragma once

#include <QWidget>

#include <vector>

class QAction;
class QLabel;
class QMenu;
class QPlainTextEdit;

namespace diffuscope::ui {

class SessionDocument;
class SessionTreeView;

class SessionPanel : public QWidget
{
    Q_OBJECT

public:
    /// The document must outlive the panel.
    explicit SessionPanel(SessionDocument& document, QWidget* parent = nullptr);

    SessionTreeView& tree() { return *m_tree; }
    /// Adds what can be done with runs to a menu; the keys work once they are in one.
    void addActions(QMenu& menu);

Q_SIGNALS:
    /// These runs are to be shown side by side.
    void compareRequested(const std::vector<int>& runs);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QAction* makeAction(const char* name, const QString& text, const QString& buttonText,
                        const QKeySequence& key, const QString& tip);
    void buildActions();
    QWidget* buildBar();
    void updateActions();
    void showNote();
    void showRemark();
    void setNoteHeight();

    SessionDocument& m_document;
    SessionTreeView* m_tree;
    QPlainTextEdit* m_note;
    QLabel* m_remark;
    QAction* m_branch = nullptr;
    QAction* m_newRun = nullptr;
    QAction* m_branchMode = nullptr;
    QAction* m_hold = nullptr;
    QAction* m_rename = nullptr;
    QAction* m_delete = nullptr;
    QAction* m_compare = nullptr;
    bool m_isShowingNote = false;
};

}  // namespace diffuscope::ui
