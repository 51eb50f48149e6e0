// The window's session: its dock and menu, its files, and recipes as text.
#include "core/base/error.h"
#include "core/session/session_file.h"
#include "ui/compare/compare_view.h"
#include "ui/compare/comparison.h"
#include "ui/document/player.h"
#include "ui/document/recipe_summary.h"
#include "ui/document/session_document.h"
#include "ui/document/session_keeper.h"
#include "ui/experiments/error_window.h"
#include "ui/experiments/grid_window.h"
#include "ui/plots/path_plot.h"
#include "ui/session/failure_banner.h"
#include "ui/session/session_panel.h"
#include "ui/session/session_tree_view.h"
#include "ui/stage/run_view.h"
#include "ui/widgets/save_path.h"
#include "ui/window/main_window.h"

#include <QClipboard>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMenuBar>
#include <QMessageBox>
#include <QStackedWidget>

#include <algorithm>

namespace diffuscope::ui {

void MainWindow::buildSessionDock()
{
    m_session = new SessionPanel(m_document);
    addDock(Qt::LeftDockWidgetArea, QStringLiteral("sessionDock"), tr("Session"), m_session);
}

void MainWindow::buildSessionMenu()
{
    auto* menu = menuBar()->addMenu(tr("&Session"));
    m_session->addActions(*menu);
}

void MainWindow::buildRecipeTextActions(QMenu* menu)
{
    connect(
        addMenuAction(
            menu, QStringLiteral("action.copyRecipe"), tr("Copy &Recipe"), {QKeySequence(tr("Ctrl+C"))},
            tr("Copy the whole recipe as text, of a branch with the runs that it leaves, for another "
               "window or diffuscope-cli --recipe.")),
        &QAction::triggered, this, [this] {
            QGuiApplication::clipboard()->setText(QString::fromStdString(recipe::toJson(m_document.plan())));
        });
    connect(addMenuAction(menu, QStringLiteral("action.pasteRecipe"), tr("&Paste Recipe"),
                          {QKeySequence(tr("Ctrl+V"))},
                          tr("Take the recipe that was copied as text; a branch comes as a run of its own, "
                             "with the runs that it leaves. Undo takes it back.")),
            &QAction::triggered, this, &MainWindow::pasteRecipe);
}

/// A recipe takes the place of another; a branch, and what is pasted into one, is a run of its own.
void MainWindow::pasteRecipe()
{
    try {
        const std::string text = QGuiApplication::clipboard()->text().toStdString();
        const recipe::RunPlan pasted = recipe::planFromJson(text);
        const recipe::RunPlan current = m_document.plan();
        if (!pasted.from && !current.from)
            m_document.setRecipe(pasted.recipe);
        else if (pasted != current)
            m_document.addPlan(pasted, tr("Paste Recipe"));
    } catch (const Error& error) {
        reportProblem(tr("What was copied is no recipe: %1").arg(QString::fromUtf8(error.what())),
                      tr("Copy one with Edit, Copy Recipe."));
    }
}

void MainWindow::takePlan(const recipe::RunPlan& plan, const QString& text)
{
    const bool isFresh = m_document.shownRun().run == 0 && m_document.undoStack().count() == 0 &&
                         m_document.session().runs().size() == 1;
    if (isFresh)
        m_document.loadPlan(plan);
    else if (plan != m_document.plan())
        m_document.addPlan(plan, text);
}

void MainWindow::offerSession(SessionKeeper& keeper)
{
    m_keeper = &keeper;
    const auto retitle = [this, &keeper] {
        setWindowTitle(tr("%1[*] – Diffuscope").arg(keeper.title()));
        setWindowModified(keeper.isModified());
    };
    connect(&keeper, &SessionKeeper::titleChanged, this, retitle);
    connect(&keeper, &SessionKeeper::problem, this, &MainWindow::reportProblem);
    connect(&keeper, &SessionKeeper::checked, this, &MainWindow::showCheck);
    connect(&m_document, &SessionDocument::sessionChanged, this, [this] {
        for (const session::SessionRun& run : m_document.session().runs())
            if (!m_keeper->checkOf(run.id))
                m_session->tree().setMark(run.id, {}, false);
    });
    retitle();
    buildSessionFileActions();
    buildComparison();
}

void MainWindow::showCheck(int run, const ReplayCheck& check)
{
    m_session->tree().setMark(run, check.text, check.differs);
    if (!check.differs || !m_document.session().find(run))
        return;
    const auto differing =
        std::ranges::count_if(m_document.session().runs(), [this](const session::SessionRun& other) {
            const ReplayCheck* known = m_keeper->checkOf(other.id);
            return known && known->differs;
        });
    const QString text = tr("“%1”: %2").arg(runName(m_document.session().run(run)), check.text);
    m_run->banner().report(
        {ErrorCode::invalidFile,
         differing > 1 ? tr("%1 runs, marked ≠, are not what was stored. %2").arg(differing).arg(text) : text,
         tr("Both are kept: the stored run in the file, and the new one in the window.")},
        QStringLiteral("replay"));
}

/// On top of the File menu; the recipe's own actions give their keys to these.
void MainWindow::buildSessionFileActions()
{
    auto* openRecipe = findChild<QAction*>(QStringLiteral("action.openRecipe"));
    auto* saveRecipe = findChild<QAction*>(QStringLiteral("action.saveRecipe"));
    openRecipe->setShortcuts(QList<QKeySequence>());
    saveRecipe->setShortcuts(QList<QKeySequence>());
    openRecipe->setText(tr("Open &Recipe…"));
    saveRecipe->setText(tr("Save Recip&e As…"));
    auto* file = menuBar()->actions().first()->menu();
    QMenu made;
    const auto add = [&](const char* name, const QString& text, const QList<QKeySequence>& keys,
                         const QString& tip, const std::function<void()>& act) {
        auto* action = addMenuAction(&made, QLatin1String(name), text, keys, tip);
        action->setParent(file);
        connect(action, &QAction::triggered, this, act);
        file->insertAction(openRecipe, action);
    };
    add("action.newSession", tr("&New Session"), {QKeySequence::New},
        tr("Begin a fresh session with this recipe; what is not in a file is kept among the recent ones."),
        [this] { m_keeper->newSession(); });
    add("action.openSession", tr("&Open…"), {QKeySequence::Open}, tr("Open a session or a recipe."),
        [this] { askForSession(); });
    m_recentMenu = new QMenu(tr("Open Re&cent"), file);
    m_recentMenu->setObjectName(QStringLiteral("menu.recent"));
    file->insertMenu(openRecipe, m_recentMenu);
    connect(m_keeper, &SessionKeeper::recentChanged, this, &MainWindow::fillRecentMenu);
    fillRecentMenu();
    add("action.saveSession", tr("&Save"), {QKeySequence::Save},
        tr("Write the session to its file: runs, names, notes, and what is needed to check replays."),
        [this] { saveSession(); });
    add("action.saveSessionAs", tr("Save &As…"), {QKeySequence::SaveAs, QKeySequence(tr("Ctrl+Shift+S"))},
        tr("Write the session to another file."), [this] { askWhereToSaveSession(); });
    file->insertSeparator(openRecipe);
}

/// Takes the place of the run in the middle while runs are compared.
void MainWindow::buildComparison()
{
    m_comparison = new Comparison(m_document, m_keeper->background(), this);
    m_compare = new CompareView(m_document, *m_comparison, m_pages);
    m_pages->addWidget(m_compare);
    connect(m_session, &SessionPanel::compareRequested, this, &MainWindow::compareRuns);
    connect(m_compare, &CompareView::leaveRequested, this, &MainWindow::leaveComparison);
    connect(m_keeper, &SessionKeeper::comparisonRestored, this, &MainWindow::compareRuns);
    connect(m_comparison, &Comparison::changed, this, [this] {
        if (!m_comparison->isOn())
            m_pages->setCurrentWidget(m_run);
    });
    // The path plot shows them in one plane; the first is the run that it shows anyway.
    connect(m_comparison, &Comparison::changed, this, [this] {
        std::vector<RunUpdate> others;
        for (std::size_t i = 1; i < m_comparison->entries().size(); ++i)
            others.push_back(m_comparison->entries()[i].update);
        findChild<PathPlot*>()->setComparedRuns(others);
    });
    QMenu* menu = nullptr;
    for (QAction* action : menuBar()->actions())
        if (action->menu() && action->menu()->actions().contains(findChild<QAction*>("action.compareRuns")))
            menu = action->menu();
    connect(addMenuAction(
                menu, QStringLiteral("action.compareTwice"), tr("Compare with &Twice the Steps"),
                {QKeySequence(Qt::SHIFT | Qt::Key_C)},
                tr("Sample the recipe with twice as many steps too, and show the result beside what that "
                   "run holds after as many steps; by t, both are at the same noise level.")),
            &QAction::triggered, this, &MainWindow::compareWithTwiceTheSteps);
    auto* against =
        addMenuAction(menu, QStringLiteral("action.nextReference"), tr("Compare Against the Ne&xt"),
                      {QKeySequence(Qt::Key_R)}, tr("Take differences from the next of the compared runs."));
    connect(against, &QAction::triggered, m_comparison, &Comparison::takeNextReference);
    const auto enable = [this, against] { against->setEnabled(m_comparison->isOn()); };
    connect(m_comparison, &Comparison::changed, against, enable);
    enable();
    connect(
        addMenuAction(menu, QStringLiteral("action.grid"), tr("&Grid of Runs…"), {QKeySequence(tr("Ctrl+G"))},
                      tr("Sample two fields of the recipe against each other in the background, after saying "
                         "what that costs.")),
        &QAction::triggered, this, &MainWindow::showGrid);
    connect(
        addMenuAction(menu, QStringLiteral("action.errors"), tr("&Error against Evaluations…"),
                      {QKeySequence(tr("Ctrl+Shift+G"))},
                      tr("Plot how far samplers are from a reference of many steps, over what they cost.")),
        &QAction::triggered, this, &MainWindow::showErrors);
}

void MainWindow::showGrid()
{
    if (!m_gridWindow)
        m_gridWindow = new GridWindow(m_document, m_keeper->background(), this);
    m_gridWindow->show();
    m_gridWindow->raise();
    m_gridWindow->activateWindow();
}

void MainWindow::showErrors()
{
    if (!m_errorWindow)
        m_errorWindow = new ErrorWindow(m_document, m_keeper->background(), this);
    m_errorWindow->show();
    m_errorWindow->raise();
    m_errorWindow->activateWindow();
}

void MainWindow::compareRuns(const std::vector<int>& runs)
{
    m_comparison->setRuns(runs);
    if (m_comparison->isOn())
        m_pages->setCurrentWidget(m_compare);
}

/// "20 steps" beside "step 20 of 40".
void MainWindow::compareWithTwiceTheSteps()
{
    const int first = m_document.currentRun();
    recipe::Recipe twice = m_document.recipe();
    twice.steps *= 2;
    m_document.addBeside(twice, tr("Compare with Twice the Steps"));
    const int second = m_document.currentRun();
    if (second == first)
        return;
    m_document.cursors().setAxis(FrameAxis::step);
    compareRuns({first, second});
    m_player.toEnd();
}

bool MainWindow::leaveComparison()
{
    if (m_pages->currentWidget() == m_run)
        return false;
    m_comparison->setRuns({});
    m_pages->setCurrentWidget(m_run);
    return true;
}

void MainWindow::fillRecentMenu()
{
    m_recentMenu->clear();
    for (const QString& path : m_keeper->recent()) {
        auto* action = m_recentMenu->addAction(QFileInfo(path).completeBaseName());
        action->setStatusTip(path);
        action->setToolTip(path);
        connect(action, &QAction::triggered, this, [this, path] { openFile(path); });
    }
    m_recentMenu->setEnabled(!m_recentMenu->isEmpty());
}

bool MainWindow::openFile(const QString& path)
{
    if (m_keeper && session::looksLikeSession(path.toStdString()))
        return m_keeper->open(path);
    if (m_keeper && path.endsWith(QStringLiteral(".diffuscope")))
        return m_keeper->open(path);  // which says what is wrong with it
    return openRecipe(path);
}

void MainWindow::askForSession()
{
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open"), QFileInfo(m_keeper->path()).path(),
                                     tr("Sessions and recipes (*.diffuscope *.json);;All files (*)"));
    if (!path.isEmpty())
        openFile(path);
}

/// What another window has written meanwhile is not replaced unasked.
void MainWindow::saveSession()
{
    if (m_keeper->isChangedOnDisk()) {
        const auto answer =
            QMessageBox::warning(this, tr("Save Session"),
                                 tr("“%1” has changed on disk since it was opened or saved here. Replace it?")
                                     .arg(QFileInfo(m_keeper->path()).fileName()),
                                 QMessageBox::Save | QMessageBox::Cancel, QMessageBox::Cancel);
        if (answer != QMessageBox::Save)
            return;
    }
    if (!m_keeper->save())
        askWhereToSaveSession();
}

/// Only where nothing is kept by itself. False where the window is to stay.
bool MainWindow::mayClose()
{
    if (!m_keeper || !m_keeper->losesOnClose())
        return true;
    const auto answer = QMessageBox::warning(
        this, tr("Close"), tr("This session is in no file, and nothing of it is kept. Close all the same?"),
        QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Save);
    if (answer == QMessageBox::Save) {
        saveSession();
        m_keeper->flush();
        return !m_keeper->losesOnClose();
    }
    return answer == QMessageBox::Discard;
}

void MainWindow::askWhereToSaveSession()
{
    const QString suggested =
        m_keeper->path().isEmpty() ? QStringLiteral("session.diffuscope") : m_keeper->path();
    const QString path =
        askForSavePath(this, tr("Save Session As"), suggested, tr("Sessions (*.diffuscope)"));
    if (!path.isEmpty())
        m_keeper->saveAs(path);
}

}  // namespace diffuscope::ui
