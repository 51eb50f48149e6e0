// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/session_files.h"

#include "core/base/error.h"
#include "core/exports/picture.h"
#include "core/session/session_file.h"
#include "ui/document/picture_file.h"
#include "ui/document/session_document.h"
#include "ui/document/session_keeper.h"
#include "ui/document/shared_state.h"
#include "ui/session/export_menu.h"
#include "ui/widgets/failure_banner.h"
#include "ui/widgets/save_path.h"
#include "ui/window/action_registry.h"
#include "ui/window/link_dialog.h"

#include <QAction>
#include <QClipboard>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMenu>
#include <QMessageBox>
#include <QSaveFile>

#include <utility>

namespace diffuscope::ui {

namespace {

/// One more than are read, so that a longer text is refused for its length.
constexpr qint64 largestRecipeBytes = qint64(recipe::longestPlanText) + 1;

}  // namespace

SessionFiles::SessionFiles(Parts parts)
    : QObject(&parts.window), m_parts(std::move(parts)), m_document(m_parts.document)
{
}

void SessionFiles::addFileActions(QMenu& menu)
{
    m_fileMenu = &menu;
    ActionRegistry& actions = m_parts.actions;
    connect(actions.add(menu, QStringLiteral("action.openRecipe"), tr("&Open Recipe…"), {QKeySequence::Open},
                        tr("Read a recipe from a file, or from an exported picture, and sample it.")),
            &QAction::triggered, this, &SessionFiles::askForRecipe);
    connect(
        actions.add(menu, QStringLiteral("action.saveRecipe"), tr("&Save Recipe As…"), {QKeySequence::Save},
                    tr("Write the recipe to a file that this program and the command line read.")),
        &QAction::triggered, this, &SessionFiles::askWhereToSaveRecipe);
    menu.addSeparator();
    connect(actions.add(menu, QStringLiteral("action.saveImages"), tr("Save &Images As…"),
                        {QKeySequence(tr("Ctrl+E"))},
                        tr("Write the images at the playhead as one PNG, which holds the recipe.")),
            &QAction::triggered, this, &SessionFiles::askWhereToSaveImages);
    addExportActions(menu, m_document, m_parts.window);
}

void SessionFiles::addEditActions(QMenu& menu)
{
    ActionRegistry& actions = m_parts.actions;
    connect(
        actions.add(menu, QStringLiteral("action.copyRecipe"), tr("Copy &Recipe"),
                    {QKeySequence(tr("Ctrl+C"))},
                    tr("Copy the whole recipe as text, of a branch with the runs that it leaves, for another "
                       "window or diffuscope-cli --recipe.")),
        &QAction::triggered, this, [this] {
            QGuiApplication::clipboard()->setText(QString::fromStdString(recipe::toJson(m_document.plan())));
        });
    connect(actions.add(menu, QStringLiteral("action.pasteRecipe"), tr("&Paste Recipe"),
                        {QKeySequence(tr("Ctrl+V"))},
                        tr("Take the recipe that was copied as text; a branch comes as a run of its own, "
                           "with the runs that it leaves. Undo takes it back.")),
            &QAction::triggered, this, &SessionFiles::pasteRecipe);
    menu.addSeparator();
    connect(actions.add(menu, QStringLiteral("action.copyLink"), tr("Copy &Link"),
                        {QKeySequence(tr("Ctrl+Shift+L"))},
                        tr("Copy what is in the window, recipe, view and step of a lesson, as one short "
                           "diffuscope: link for others.")),
            &QAction::triggered, this, &SessionFiles::copyLink);
    connect(
        actions.add(menu, QStringLiteral("action.openLink"), tr("&Open Link…"), {QKeySequence(tr("Ctrl+L"))},
                    tr("Show what somebody shared as a diffuscope: link. A link holds data only: "
                       "nothing in it is run.")),
        &QAction::triggered, this, &SessionFiles::askForLink);
    menu.addSeparator();
    connect(actions.add(menu, QStringLiteral("action.copyImages"), tr("&Copy Images"),
                        {QKeySequence(tr("Ctrl+Shift+C"))},
                        tr("Copy the images at the playhead to the clipboard.")),
            &QAction::triggered, this, [this] {
                const QImage images = m_parts.shownImages();
                if (!images.isNull())
                    QGuiApplication::clipboard()->setImage(images);
            });
}

void SessionFiles::offerSession(SessionKeeper& keeper)
{
    m_keeper = &keeper;
    connect(&keeper, &SessionKeeper::problem, this, &SessionFiles::report);
    QAction* openRecipe = m_parts.actions.find(QStringLiteral("action.openRecipe"));
    QAction* saveRecipe = m_parts.actions.find(QStringLiteral("action.saveRecipe"));
    openRecipe->setShortcuts(QList<QKeySequence>());
    saveRecipe->setShortcuts(QList<QKeySequence>());
    openRecipe->setText(tr("Open &Recipe…"));
    saveRecipe->setText(tr("Save Recip&e As…"));
    const auto add = [&](const char* id, const QString& text, const QList<QKeySequence>& keys,
                         const QString& tip, const std::function<void()>& act) {
        QAction* action = m_parts.actions.add(*m_fileMenu, QLatin1String(id), text, keys, tip);
        connect(action, &QAction::triggered, this, act);
        m_fileMenu->removeAction(action);
        m_fileMenu->insertAction(openRecipe, action);
    };
    add("action.newSession", tr("&New Session"), {QKeySequence::New},
        tr("Begin a fresh session with this recipe; what is not in a file is kept among the recent ones."),
        [this] { m_keeper->newSession(); });
    add("action.openSession", tr("&Open…"), {QKeySequence::Open}, tr("Open a session or a recipe."),
        [this] { askForSession(); });
    m_recentMenu = new QMenu(tr("Open Re&cent"), m_fileMenu);
    m_recentMenu->setObjectName(QStringLiteral("menu.recent"));
    m_fileMenu->insertMenu(openRecipe, m_recentMenu);
    connect(m_keeper, &SessionKeeper::recentChanged, this, &SessionFiles::fillRecentMenu);
    fillRecentMenu();
    add("action.saveSession", tr("&Save"), {QKeySequence::Save},
        tr("Write the session to its file: runs, names, notes, and what is needed to check replays."),
        [this] { saveSession(); });
    add("action.saveSessionAs", tr("Save &As…"), {QKeySequence::SaveAs, QKeySequence(tr("Ctrl+Shift+S"))},
        tr("Write the session to another file."), [this] { askWhereToSaveSession(); });
    m_fileMenu->insertSeparator(openRecipe);
}

/// What another window has written meanwhile is not replaced unasked.
void SessionFiles::saveSession()
{
    if (m_keeper->isChangedOnDisk()) {
        const auto answer =
            QMessageBox::warning(&m_parts.window, tr("Save Session"),
                                 tr("“%1” has changed on disk since it was opened or saved here. Replace it?")
                                     .arg(QFileInfo(m_keeper->path()).fileName()),
                                 QMessageBox::Save | QMessageBox::Cancel, QMessageBox::Cancel);
        if (answer != QMessageBox::Save)
            return;
    }
    if (!m_keeper->save())
        askWhereToSaveSession();
}

bool SessionFiles::mayClose()
{
    if (!m_keeper || !m_keeper->losesOnClose())
        return true;
    const auto answer = QMessageBox::warning(
        &m_parts.window, tr("Close"),
        tr("This session is in no file, and nothing of it is kept. Close all the same?"),
        QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Save);
    if (answer == QMessageBox::Save) {
        saveSession();
        m_keeper->flush();
        return !m_keeper->losesOnClose();
    }
    return answer == QMessageBox::Discard;
}

void SessionFiles::report(const QString& message, const QString& hint)
{
    m_parts.banner.report({ErrorCode::invalidFile, message, hint});
}

bool SessionFiles::openFile(const QString& path)
{
    if (session::looksLikeLink(path.toStdString()))
        return openLink(path);
    if (m_keeper && session::looksLikeSession(path.toStdString()))
        return m_keeper->open(path);
    if (m_keeper && path.endsWith(QStringLiteral(".diffuscope")))
        return m_keeper->open(path);  // which says what is wrong with it
    return openRecipe(path);
}

bool SessionFiles::openRecipe(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        report(tr("The recipe “%1” cannot be read: %2.").arg(path, file.errorString()),
               tr("Choose a recipe file that this program saved."));
        return false;
    }
    const bool isPicture = exports::isPng(path.toStdString());
    try {
        const auto plan = recipe::planFromJson(isPicture ? exports::readRecipeOfPicture(path.toStdString())
                                                         : file.read(largestRecipeBytes).toStdString());
        const bool isFresh = m_document.undoStack().count() == 0 && m_document.session().runs().size() <= 1;
        if (isFresh)
            takePlan(plan, tr("Open Recipe"));
        else
            m_document.addPlan(plan, tr("Open %1").arg(QFileInfo(path).fileName()));
    } catch (const Error& error) {
        const QString why = QString::fromUtf8(error.what());
        report(isPicture ? why : tr("“%1” is no recipe: %2").arg(QFileInfo(path).fileName(), why),
               QString::fromStdString(error.hint()));
        return false;
    }
    return true;
}

bool SessionFiles::saveRecipe(const QString& path)
{
    QSaveFile file(path);
    const QByteArray text = QByteArray::fromStdString(recipe::toJson(m_document.plan()));
    if (file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.commit())
        return true;
    report(tr("The recipe could not be written to “%1”: %2.").arg(path, file.errorString()),
           tr("Choose a folder you may write to, with room on the disk."));
    return false;
}

bool SessionFiles::saveImages(const QString& path)
{
    const QImage images = m_parts.shownImages();
    if (images.isNull()) {
        report(tr("There are no images to save yet."), tr("Wait for the first frame."));
        return false;
    }
    try {
        writePictureFile(path, images, m_document.shownRun().plan());
        return true;
    } catch (const Error& error) {
        report(QString::fromUtf8(error.what()), QString::fromStdString(error.hint()));
        return false;
    }
}

bool SessionFiles::openLink(const QString& link)
{
    try {
        const session::SharedState shared = session::stateOfLink(link.toStdString());
        const bool isFresh = m_document.undoStack().count() == 0 && m_document.session().runs().size() <= 1;
        if (isFresh)
            takePlan(shared.plan, tr("Open Link"));
        else
            m_document.addPlan(shared.plan, tr("Open Link"));
        if (shared.view)
            takeSharedView(m_document, *shared.view);
        if (shared.lesson)
            Q_EMIT lessonAsked(QString::fromStdString(shared.lesson->lesson), shared.lesson->step);
        return true;
    } catch (const Error& error) {
        report(QString::fromUtf8(error.what()), QString::fromStdString(error.hint()));
        return false;
    }
}

void SessionFiles::copyLink()
{
    try {
        const std::string link = session::linkOf(sharedStateOf(m_document));
        QGuiApplication::clipboard()->setText(QString::fromStdString(link));
    } catch (const Error& error) {
        report(QString::fromUtf8(error.what()), QString::fromStdString(error.hint()));
    }
}

void SessionFiles::askForLink()
{
    auto* dialog = new LinkDialog(&m_parts.window);
    connect(dialog, &LinkDialog::chosen, this, &SessionFiles::openLink);
    dialog->open();
}

/// A recipe takes the place of another; a branch, and what is pasted into one, is a run of its own.
void SessionFiles::pasteRecipe()
{
    try {
        const std::string text = QGuiApplication::clipboard()->text().toStdString();
        if (session::looksLikeLink(text)) {
            openLink(QString::fromStdString(text));
            return;
        }
        const recipe::RunPlan pasted = recipe::planFromJson(text);
        const recipe::RunPlan current = m_document.plan();
        if (!pasted.from && !current.from)
            m_document.setRecipe(pasted.recipe);
        else if (pasted != current)
            m_document.addPlan(pasted, tr("Paste Recipe"));
    } catch (const Error& error) {
        report(tr("What was copied is no recipe: %1").arg(QString::fromUtf8(error.what())),
               tr("Copy one with Edit, Copy Recipe."));
    }
}

void SessionFiles::takePlan(const recipe::RunPlan& plan, const QString& text)
{
    const bool isFresh = m_document.shownRun().run == 0 && m_document.undoStack().count() == 0 &&
                         m_document.session().runs().size() == 1;
    if (isFresh)
        m_document.loadPlan(plan);
    else if (plan != m_document.plan())
        m_document.addPlan(plan, text);
}

void SessionFiles::fillRecentMenu()
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

void SessionFiles::askForRecipe()
{
    const QString path =
        QFileDialog::getOpenFileName(&m_parts.window, tr("Open Recipe"), {},
                                     tr("Recipes and exported pictures (*.json *.png);;All files (*)"));
    if (!path.isEmpty())
        openRecipe(path);
}

void SessionFiles::askWhereToSaveRecipe()
{
    const QString path = QFileDialog::getSaveFileName(&m_parts.window, tr("Save Recipe As"),
                                                      QStringLiteral("recipe.json"), tr("Recipes (*.json)"));
    if (!path.isEmpty())
        saveRecipe(path);
}

void SessionFiles::askWhereToSaveImages()
{
    const QString path = QFileDialog::getSaveFileName(&m_parts.window, tr("Save Images As"),
                                                      QStringLiteral("images.png"), tr("PNG images (*.png)"));
    if (!path.isEmpty())
        saveImages(path);
}

void SessionFiles::askForSession()
{
    const QString path =
        QFileDialog::getOpenFileName(&m_parts.window, tr("Open"), QFileInfo(m_keeper->path()).path(),
                                     tr("Sessions and recipes (*.diffuscope *.json);;All files (*)"));
    if (!path.isEmpty())
        openFile(path);
}

void SessionFiles::askWhereToSaveSession()
{
    const QString suggested =
        m_keeper->path().isEmpty() ? QStringLiteral("session.diffuscope") : m_keeper->path();
    const QString path =
        askForSavePath(&m_parts.window, tr("Save Session As"), suggested, tr("Sessions (*.diffuscope)"));
    if (!path.isEmpty())
        m_keeper->saveAs(path);
}

}  // namespace diffuscope::ui
