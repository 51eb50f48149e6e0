// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/main_window.h"

#include "core/base/error.h"
#include "core/schedule/schedule_registry.h"
#include "ui/document/player.h"
#include "ui/document/recipe_summary.h"
#include "ui/document/session_document.h"
#include "ui/document/session_keeper.h"
#include "ui/equation/step_equation_view.h"
#include "ui/plots/curves_view.h"
#include "ui/plots/path_plot.h"
#include "ui/recipe/recipe_panel.h"
#include "ui/session/session_panel.h"
#include "ui/session/session_tree_view.h"
#include "ui/stage/run_view.h"
#include "ui/stage/stage_view.h"
#include "ui/theme/theme.h"
#include "ui/widgets/failure_banner.h"
#include "ui/widgets/file_drop.h"
#include "ui/widgets/input_guards.h"
#include "ui/window/action_registry.h"
#include "ui/window/comparison_page.h"
#include "ui/window/compute_menu.h"
#include "ui/window/dock_table.h"
#include "ui/window/lesson_link.h"
#include "ui/window/menus.h"
#include "ui/window/session_files.h"
#include "ui/window/status_line.h"
#include "ui/window/window_settings.h"
#include "ui/window/words_link.h"
#include "ui/words/words_view.h"

#include <QApplication>
#include <QCloseEvent>
#include <QFileInfo>
#include <QMessageBox>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>

#include <algorithm>

namespace diffuscope::ui {

namespace {

const QString geometryKey = QStringLiteral("window/geometry");
const QString layoutKey = QStringLiteral("window/layout");

}  // namespace

MainWindow::MainWindow(const Parts& parts, QWidget* parent)
    : QMainWindow(parent),
      m_document(parts.document),
      m_player(parts.player),
      m_theme(parts.theme),
      m_settings(parts.settings)
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Diffuscope"));
    qApp->installEventFilter(new FocusKeyGuard(this));
    qApp->installEventFilter(new PlainDescriptions(this));
    m_run = new RunView(m_document, m_player, this);
    m_pages = new QStackedWidget(this);
    m_pages->addWidget(m_run);
    setCentralWidget(m_pages);
    m_status = new StatusLine(m_document, this);
    statusBar()->addWidget(m_status, 1);
    statusBar()->setSizeGripEnabled(false);
    m_actions = new ActionRegistry(this);
    m_docks = new Docks(*this, dockTable(m_document));
    m_recipe = &m_docks->content<RecipePanel>(dock_id::recipe);
    m_curves = &m_docks->content<CurvesView>(dock_id::curves);
    m_equation = &m_docks->content<StepEquationView>(dock_id::equation);
    m_session = &m_docks->content<SessionPanel>(dock_id::session);
    m_docks->setColumnWidth([this](Qt::DockWidgetArea area) { return columnWidth(area); });
    m_words = new WordsLink(*m_docks, *m_recipe, stage());
    m_files = new SessionFiles({.window = *this,
                                .document = m_document,
                                .banner = m_run->banner(),
                                .actions = *m_actions,
                                .shownImages = [this] { return shownImages(); }});
    m_lessons = new LessonLink({.window = *this, .docks = *m_docks, .settings = m_settings});
    m_menus = new Menus({.window = *this,
                         .actions = *m_actions,
                         .document = m_document,
                         .player = m_player,
                         .theme = m_theme,
                         .docks = *m_docks,
                         .recipe = *m_recipe,
                         .session = *m_session,
                         .stage = stage(),
                         .files = *m_files,
                         .words = *m_words,
                         .lessons = *m_lessons});
    connectViews();
    restoreLayout();
    connectViewState();
    stage().grid().setFocus();
}

MainWindow::~MainWindow()
{
    // While everything in it is still there: children are told that the window is no longer the active one.
    hide();
}

void MainWindow::connectViews()
{
    connect(&stage(), &StageView::pixelHovered, m_equation, &StepEquationView::hoverPixel);
    connect(&stage(), &StageView::pixelLeft, m_equation, &StepEquationView::leavePixel);
    connect(&stage(), &StageView::pixelPinned, m_equation, &StepEquationView::pinPixel);
    connect(m_equation, &StepEquationView::pinnedChanged, &stage(), &StageView::setMarked);
    connect(m_menus, &Menus::backRequested, this, &MainWindow::goBack);
    connect(m_files, &SessionFiles::lessonAsked, this,
            [this](const QString& lesson, int step) { lessons().begin(lesson, step); });
    connect(m_recipe, &RecipePanel::modelChanged, this, &MainWindow::showTrainingSchedule);
    connect(&m_document, &SessionDocument::stateChanged, this, &MainWindow::updateEmptyStage);
    connect(&m_document, &SessionDocument::autoRunChanged, this, &MainWindow::updateEmptyStage);
    const QStringList suffixes{QStringLiteral(".diffuscope"), QStringLiteral(".json"), QStringLiteral(".png"),
                               QStringLiteral(".safetensors"), QStringLiteral("/")};
    connect(new FileDrop(*this, suffixes), &FileDrop::dropped, this, &MainWindow::openDropped);
}

/// Which docks are open is part of what a session shows.
void MainWindow::connectViewState()
{
    const auto tell = [this] { m_document.view().setOpenDocks(m_docks->open()); };
    tell();
    connect(m_docks, &Docks::openChanged, this, tell);
    connect(&m_document.view(), &ViewState::openDocksChanged, m_docks, &Docks::setOpen);
}

StageView& MainWindow::stage()
{
    return m_run->stage();
}

void MainWindow::setModels(const QList<ModelEntry>& models, const QString& missingText)
{
    m_models = models;
    m_run->setModels(models);
    m_recipe->setModels(models);
    if (m_comparison)
        m_comparison->setModels(models);
    m_docks->content<WordsView>(dock_id::words).setModels(models);
    m_missingText = missingText;
    m_recipe->setEnabled(hasUsableModel());
    updateEmptyStage();
    showTrainingSchedule();
}

bool MainWindow::hasUsableModel() const
{
    return std::any_of(m_models.begin(), m_models.end(),
                       [](const ModelEntry& model) { return model.isUsable(); });
}

/// What the stage says before there is a first image.
void MainWindow::updateEmptyStage()
{
    if (!hasUsableModel())
        stage().setEmptyText(tr("No model found"), m_missingText);
    else if (m_document.state() == RunState::failed)
        stage().setEmptyText(tr("No images yet"), tr("The message above says why, and what to do."));
    else if (m_document.state() == RunState::running || m_document.isAutoRun())
        stage().setEmptyText(tr("Loading the network…"), tr("The first images appear in a moment."));
    else
        stage().setEmptyText(tr("Nothing sampled yet"), tr("Press Run (Ctrl+R), or turn on auto-run."));
}

void MainWindow::setDevice(const QString& device, const QString& tip)
{
    m_status->setDevice(device, tip);
}

void MainWindow::offerCompute(ComputeSettings& settings)
{
    m_menus->run().addSeparator();
    addComputeActions(m_menus->run(), settings);
    m_actions->adoptAll(m_menus->run());
    m_recipe->offerCompute(settings);
}

void MainWindow::offerSession(SessionKeeper& keeper)
{
    m_keeper = &keeper;
    const auto retitle = [this, &keeper] {
        setWindowTitle(tr("%1[*] – Diffuscope").arg(keeper.title()));
        setWindowModified(keeper.isModified());
    };
    connect(&keeper, &SessionKeeper::titleChanged, this, retitle);
    connect(&keeper, &SessionKeeper::checked, this, &MainWindow::showCheck);
    connect(&m_document, &SessionDocument::sessionChanged, this, [this] {
        for (const session::SessionRun& run : m_document.session().runs())
            if (!m_keeper->checkOf(run.id))
                m_session->tree().setMark(run.id, {}, false);
    });
    retitle();
    m_files->offerSession(keeper);
    m_comparison = new ComparisonPage({.pages = *m_pages,
                                       .document = m_document,
                                       .player = m_player,
                                       .keeper = keeper,
                                       .session = *m_session,
                                       .path = m_docks->content<PathPlot>(dock_id::path)});
    m_comparison->addActions(m_menus->session(), *m_actions);
    m_comparison->setModels(m_models);
    m_lessons->offerComparison(*m_comparison);
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

/// The curves dock draws it grey where a run leaves it.
void MainWindow::showTrainingSchedule()
{
    std::shared_ptr<const schedule::NoiseSchedule> training;
    if (const ModelEntry* model = m_recipe->currentModel()) {
        try {
            training =
                std::make_shared<const schedule::NoiseSchedule>(schedule::makeSchedule(model->schedule));
        } catch (const Error&) {
            // The run itself reports a schedule that cannot be made, in the banner.
        }
    }
    m_curves->setTrainingSchedule(training);
}

std::optional<recipe::Recipe> MainWindow::startingRecipe(const QSettings& settings,
                                                         const QList<ModelEntry>& models,
                                                         const QString& model)
{
    return recipeToStartWith(settings, models, model);
}

void MainWindow::restoreRecipe(const QString& model)
{
    if (const auto recipe = startingRecipe(m_settings, m_models, model))
        m_files->takePlan({*recipe, {}}, tr("New Run"));
}

bool MainWindow::openFile(const QString& path)
{
    return m_files->openFile(path);
}

bool MainWindow::openRecipe(const QString& path)
{
    return m_files->openRecipe(path);
}

void MainWindow::offerOwnModels(std::function<OpenedModel(const QString& path)> read)
{
    m_ownModels = new ModelOpener(*this, m_settings, std::move(read));
    m_ownModels->addActions(m_menus->file(), *m_actions);
    connect(m_ownModels, &ModelOpener::opened, this, &MainWindow::takeOwnModel);
    connect(m_ownModels, &ModelOpener::failed, this, [this](const QString& problem) {
        m_run->banner().report({ErrorCode::invalidFile, problem, {}}, QStringLiteral("model"));
    });
}

/// It is chosen like any other; what was found in it is said once.
void MainWindow::takeOwnModel(const OpenedModel& opened)
{
    QList<ModelEntry> models = m_models;
    models.removeIf([&](const ModelEntry& model) { return model.id == opened.entry.id; });
    models.prepend(opened.entry);
    setModels(models, m_missingText);
    recipe::Recipe recipe = m_document.recipe();
    fitRecipe(recipe, opened.entry);
    m_document.setRecipe(recipe);
    if (opened.summary.isEmpty())
        return;
    auto* box = new QMessageBox(QMessageBox::Information, tr("Model Opened"), opened.entry.displayName,
                                QMessageBox::Close, this);
    box->setObjectName(QStringLiteral("modelSummary"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(opened.summary);
    box->setModal(false);
    box->show();
}

/// A folder, and weights, are models; the rest are recipes and sessions.
void MainWindow::openDropped(const QString& path)
{
    const bool isModel = QFileInfo(path).isDir() || path.endsWith(QStringLiteral(".safetensors"));
    if (isModel && m_ownModels)
        m_ownModels->open(path);
    else
        openFile(path);
}

LessonPanel& MainWindow::lessons()
{
    return m_lessons->panel();
}

bool MainWindow::saveRecipe(const QString& path)
{
    return m_files->saveRecipe(path);
}

bool MainWindow::saveImages(const QString& path)
{
    return m_files->saveImages(path);
}

/// Of the comparison while runs are compared.
QImage MainWindow::shownImages() const
{
    return m_comparison && m_comparison->isShown() ? m_comparison->picture() : m_run->stage().sheet();
}

void MainWindow::goBack()
{
    if (m_comparison && m_comparison->leave())
        return;
    if (!stage().goBack())
        m_document.selectImage(-1);
}

/// The recipe as wide as it needs, but for the stage's sake at most a third; the plots about a quarter.
int MainWindow::columnWidth(Qt::DockWidgetArea area) const
{
    if (area == Qt::LeftDockWidgetArea)
        return std::min(m_recipe->sizeHint().width(), width() / 3);
    return std::clamp(width() * 27 / 100, 340, 760);
}

void MainWindow::restoreLayout()
{
    const QRect screen = QGuiApplication::primaryScreen()->availableGeometry();
    const QSize frame(16, 48);  // what a window manager usually adds
    resize(QSize(1440, 900).boundedTo(screen.size() - frame));
    m_docks->arrangeAtFirst();
    m_theme.restore(m_settings);
    restoreGeometry(m_settings.value(geometryKey).toByteArray());
    m_docks->restore(m_settings.value(layoutKey).toByteArray());
    restoreChoices(m_settings, m_document, m_player);
}

void MainWindow::showEvent(QShowEvent* event)
{
    QMainWindow::showEvent(event);
    m_docks->takeShown();
}

/// Larger text may need another arrangement, once every panel has taken it.
void MainWindow::changeEvent(QEvent* event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::FontChange && isVisible())
        QMetaObject::invokeMethod(m_docks, &Docks::takeTextSize, Qt::QueuedConnection);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (!m_files->mayClose())
        return event->ignore();
    m_settings.setValue(geometryKey, saveGeometry());
    m_settings.setValue(layoutKey, m_docks->state());
    saveChoices(m_settings, m_document, m_player);
    m_theme.save(m_settings);
    m_settings.sync();
    m_player.pause();
    m_document.cancelSampling();
    QMainWindow::closeEvent(event);
}

/// The keyboard goes past what lies behind the tabs of its column: nobody sees it there.
bool MainWindow::focusNextPrevChild(bool next)
{
    const QWidget* first = focusWidget();
    const auto isSeen = [this](const QWidget& widget) {
        return rect().intersects(QRect(widget.mapTo(this, QPoint()), widget.size()));
    };
    constexpr int mostStops = 1000;
    for (int stop = 0; stop < mostStops; ++stop) {
        if (!QMainWindow::focusNextPrevChild(next))
            return false;
        const QWidget* reached = focusWidget();
        if (!reached || reached == first || isSeen(*reached))
            return true;
    }
    return true;
}

/// Return ends the typing in a field: the keys of the playhead are next.
void MainWindow::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        return stage().focusPicture();
    QMainWindow::keyPressEvent(event);
}

}  // namespace diffuscope::ui
