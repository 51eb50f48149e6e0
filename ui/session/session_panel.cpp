// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/session_panel.h"

#include "ui/document/recipe_summary.h"
#include "ui/document/session_document.h"
#include "ui/session/session_tree_view.h"
#include "ui/theme/fonts.h"
#include "ui/widgets/flow_layout.h"

#include <QAction>
#include <QEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace diffuscope::ui {

namespace {

constexpr std::size_t mostCompared = 4;

}  // namespace

SessionPanel::SessionPanel(SessionDocument& document, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_tree(new SessionTreeView(document, this)),
      m_note(new QPlainTextEdit(this)),
      m_remark(new QLabel(this))
{
    setObjectName(QStringLiteral("sessionPanel"));
    buildActions();
    m_note->setObjectName(QStringLiteral("sessionNote"));
    m_note->setAccessibleName(tr("Note on the run"));
    m_note->setPlaceholderText(tr("Note on this run…"));
    m_note->setToolTip(tr("What you want to remember of this run; it is saved with the session."));
    m_note->setTabChangesFocus(true);
    m_note->setUndoRedoEnabled(false);  // the program's undo has it
    m_note->installEventFilter(this);
    m_remark->setObjectName(QStringLiteral("sessionRemark"));
    m_remark->setWordWrap(true);
    m_remark->setForegroundRole(QPalette::PlaceholderText);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 6, 6, 6);
    column->setSpacing(6);
    column->addWidget(buildBar());
    column->addWidget(m_tree, 1);
    column->addWidget(m_remark);
    column->addWidget(m_note);
    setNoteHeight();
    connect(m_note, &QPlainTextEdit::textChanged, this, [this] {
        if (!m_isShowingNote)
            m_document.setRunNote(m_document.currentRun(), m_note->toPlainText());
    });
    connect(&m_document, &SessionDocument::sessionChanged, this, &SessionPanel::showNote);
    connect(&m_document, &SessionDocument::currentRunChanged, this, &SessionPanel::showNote);
    connect(&m_document, &SessionDocument::trajectoryChanged, this, &SessionPanel::showRemark);
    connect(&m_document, &SessionDocument::branchFrameChanged, this, &SessionPanel::updateActions);
    connect(&m_document, &SessionDocument::stateChanged, this, &SessionPanel::updateActions);
    connect(&m_document, &SessionDocument::samplingPausedChanged, this, &SessionPanel::updateActions);
    connect(m_tree, &SessionTreeView::selectedRunsChanged, this, &SessionPanel::updateActions);
    showNote();
    showRemark();
    updateActions();
}

QAction* SessionPanel::makeAction(const char* name, const QString& text, const QString& buttonText,
                                  const QKeySequence& key, const QString& tip)
{
    auto* action = new QAction(text, this);
    action->setObjectName(QLatin1String(name));
    action->setIconText(buttonText);
    action->setShortcut(key);
    action->setToolTip(key.isEmpty() ? tip : tr("%1 (%2)").arg(tip, key.toString(QKeySequence::NativeText)));
    action->setStatusTip(tip);
    return action;
}

void SessionPanel::buildActions()
{
    m_branch = makeAction("action.branch", tr("&Branch Here"), tr("Branch"), QKeySequence(Qt::Key_B),
                          tr("Go on from the frame at the playhead as a run of its own; this one stays."));
    connect(m_branch, &QAction::triggered, &m_document, &SessionDocument::branchHere);
    m_newRun = makeAction("action.newRun", tr("&New Run with This Recipe"), tr("New Run"),
                          QKeySequence(tr("Ctrl+D")),
                          tr("Begin a run of its own from noise with this recipe; this one stays."));
    connect(m_newRun, &QAction::triggered, this,
            [this] { m_document.addRun(m_document.recipe(), tr("New Run")); });
    m_compare =
        makeAction("action.compareRuns", tr("&Compare Selected Runs"), tr("Compare"), QKeySequence(Qt::Key_C),
                   tr("Show two to four selected runs side by side; select them with Ctrl and the mouse, "
                      "or Shift and the arrow keys."));
    connect(m_compare, &QAction::triggered, this,
            [this] { Q_EMIT compareRequested(m_tree->selectedRuns()); });
    m_branchMode = makeAction(
        "action.branchMode", tr("Edits in the &Middle Branch"), tr("Edits Branch"),
        QKeySequence(Qt::SHIFT | Qt::Key_B),
        tr("While it is on, editing the recipe in the middle of a run goes on from that frame as a "
           "branch, instead of sampling the whole run again."));
    m_branchMode->setCheckable(true);
    m_branchMode->setChecked(m_document.isBranchMode());
    connect(m_branchMode, &QAction::toggled, &m_document, &SessionDocument::setBranchMode);
    connect(&m_document, &SessionDocument::branchModeChanged, m_branchMode, &QAction::setChecked);
    m_hold = makeAction(
        "action.holdSampling", tr("&Hold Sampling"), tr("Hold"), QKeySequence(Qt::SHIFT | Qt::Key_Space),
        tr("Hold the run that is being sampled before its next step; an edit then branches off "
           "there. Again to go on."));
    m_hold->setCheckable(true);
    connect(m_hold, &QAction::triggered, &m_document, [this](bool on) {
        if (on)
            m_document.pauseSampling();
        else
            m_document.resumeSampling();
        updateActions();
    });
    m_rename = makeAction("action.renameRun", tr("&Rename Run"), tr("Rename"), {},
                          tr("Give the run a name; F2 in the tree does it too."));
    connect(m_rename, &QAction::triggered, this, [this] { m_tree->rename(m_document.currentRun()); });
    m_delete = makeAction("action.deleteRun", tr("&Delete Run"), tr("Delete"), {},
                          tr("Delete the run and all that branches off it; undo brings them back."));
    m_delete->setShortcut(QKeySequence::Delete);
    m_delete->setShortcutContext(Qt::WidgetShortcut);
    m_tree->addAction(m_delete);
    connect(m_delete, &QAction::triggered, this, [this] { m_document.deleteRun(m_document.currentRun()); });
}

QWidget* SessionPanel::buildBar()
{
    auto* bar = new QWidget(this);
    auto* cells = new FlowLayout(bar);
    cells->setContentsMargins(0, 0, 0, 0);
    cells->setSpacing(4);
    for (QAction* action : {m_branch, m_newRun, m_compare, m_branchMode}) {
        auto* button = new QToolButton(bar);
        button->setObjectName(action->objectName() + QStringLiteral(".button"));
        button->setDefaultAction(action);
        button->setText(action->iconText());
        button->setAccessibleName(action->iconText());
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        cells->addWidget(button);
    }
    return bar;
}

void SessionPanel::addActions(QMenu& menu)
{
    menu.addAction(m_branch);
    menu.addAction(m_branchMode);
    menu.addAction(m_hold);
    menu.addSeparator();
    menu.addAction(m_newRun);
    menu.addAction(m_compare);
    menu.addSeparator();
    menu.addAction(m_rename);
    menu.addAction(m_delete);
}

void SessionPanel::updateActions()
{
    const int frame = m_document.branchFrame();
    m_branch->setEnabled(frame >= 0);
    m_branch->setText(frame >= 0 ? tr("&Branch Here (Step %1)").arg(frame + 1) : tr("&Branch Here"));
    const auto selected = m_tree->selectedRuns().size();
    m_compare->setEnabled(selected >= 2 && selected <= mostCompared);
    m_hold->setChecked(m_document.isSamplingPaused());
    m_hold->setEnabled(m_document.state() == RunState::running);
    m_delete->setEnabled(m_document.canDeleteRun(m_document.currentRun()));
}

void SessionPanel::showNote()
{
    const QString note = QString::fromStdString(m_document.session().run(m_document.currentRun()).note);
    const QString shown = m_note->toPlainText();
    if (note != shown) {
        // The caret goes to what changed.
        const auto same = std::mismatch(note.begin(), note.end(), shown.begin(), shown.end()).first;
        const qsizetype grown = std::max<qsizetype>(0, note.size() - shown.size());
        m_isShowingNote = true;
        m_note->setPlainText(note);
        QTextCursor caret = m_note->textCursor();
        caret.setPosition(int(std::min(note.size(), same - note.begin() + grown)));
        m_note->setTextCursor(caret);
        m_isShowingNote = false;
    }
    updateActions();
}

void SessionPanel::showRemark()
{
    m_remark->setText(m_document.shownRun().remark);
    m_remark->setVisible(!m_document.shownRun().remark.isEmpty());
}

void SessionPanel::setNoteHeight()
{
    m_remark->setFont(captionFont(font()));
    m_note->setFixedHeight(QFontMetrics(m_note->font()).lineSpacing() * 5 / 2 + 12);
}

/// Undo is the program's also while one types here.
bool SessionPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_note && event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
            event->ignore();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void SessionPanel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        setNoteHeight();
}

}  // namespace diffuscope::ui
