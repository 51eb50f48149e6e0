#include "ui/window/main_window.h"

#include "core/base/error.h"
#include "core/exports/picture.h"
#include "core/recipe/recipe.h"
#include "core/schedule/schedule_registry.h"
#include "ui/compare/compare_panes.h"
#include "ui/compare/compare_view.h"
#include "ui/document/player.h"
#include "ui/document/session_document.h"
#include "ui/equation/step_equation_view.h"
#include "ui/plots/curves_view.h"
#include "ui/plots/detail_plot.h"
#include "ui/plots/path_plot.h"
#include "ui/plots/step_plot.h"
#include "ui/recipe/recipe_panel.h"
#include "ui/session/failure_banner.h"
#include "ui/session/picture_file.h"
#include "ui/stage/layers.h"
#include "ui/stage/run_view.h"
#include "ui/stage/stage_view.h"
#include "ui/theme/theme.h"
#include "ui/widgets/file_drop.h"
#include "ui/widgets/input_guards.h"
#include "ui/window/status_line.h"
#include "ui/words/words_view.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QFile>
#include <QFileInfo>
#include <QMenuBar>
#include <QSaveFile>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>

#include <algorithm>
#include <utility>

namespace diffuscope::ui {

namespace {

/// One more than are read, so that a longer text is refused for its length.
constexpr qint64 largestRecipeBytes = qint64(recipe::longestPlanText) + 1;

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
    m_run = new RunView(m_document, m_player, this);
    m_pages = new QStackedWidget(this);
    m_pages->addWidget(m_run);
    setCentralWidget(m_pages);
    m_status = new StatusLine(m_document, this);
    statusBar()->addWidget(m_status, 1);
    statusBar()->setSizeGripEnabled(false);
    buildDocks();
    buildFileMenu();
    buildEditMenu();
    buildRunMenu();
    buildSessionMenu();
    buildPlaybackMenu();
    buildViewMenu();
    buildHelpMenu();
    connect(m_recipe, &RecipePanel::modelChanged, this, &MainWindow::showTrainingSchedule);
    connect(&m_document, &SessionDocument::stateChanged, this, &MainWindow::updateEmptyStage);
    connect(&m_document, &SessionDocument::autoRunChanged, this, &MainWindow::updateEmptyStage);
    const QStringList suffixes{QStringLiteral(".diffuscope"), QStringLiteral(".json"),
                               QStringLiteral(".png")};
    connect(new FileDrop(*this, suffixes), &FileDrop::dropped, this, &MainWindow::openFile);
    restoreLayout();
    m_run->stage().grid().setFocus();
}

MainWindow::~MainWindow()
{
    // While everything in it is still there: children are told that the window is no longer the active one.
    hide();
}

StageView& MainWindow::stage()
{
    return m_run->stage();
}

QDockWidget* MainWindow::addDock(Qt::DockWidgetArea area, const QString& name, const QString& title,
                                 QWidget* content)
{
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setWidget(content);
    addDockWidget(area, dock);
    m_docks.append(dock);
    return dock;
}

void MainWindow::buildDocks()
{
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks);
    setCorner(Qt::TopLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::TopRightCorner, Qt::RightDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    m_recipe = new RecipePanel(m_document);
    m_curves = new CurvesView(m_document);
    addDock(Qt::LeftDockWidgetArea, QStringLiteral("recipeDock"), tr("Recipe"), m_recipe);
    addDock(Qt::RightDockWidgetArea, QStringLiteral("curvesDock"), tr("Curves"), m_curves);
    addDock(Qt::RightDockWidgetArea, QStringLiteral("stepDock"), tr("Per Step"), new StepPlot(m_document));
    m_equation = new StepEquationView(m_document);
    addDock(Qt::RightDockWidgetArea, QStringLiteral("equationDock"), tr("Step Equation"), m_equation);
    addDock(Qt::RightDockWidgetArea, QStringLiteral("detailDock"), tr("Detail"), new DetailPlot(m_document));
    addDock(Qt::RightDockWidgetArea, QStringLiteral("pathDock"), tr("Path"), new PathPlot(m_document));
    buildSessionDock();
    buildWords();
    connect(&stage(), &StageView::pixelHovered, m_equation, &StepEquationView::hoverPixel);
    connect(&stage(), &StageView::pixelLeft, m_equation, &StepEquationView::leavePixel);
    connect(&stage(), &StageView::pixelPinned, m_equation, &StepEquationView::pinPixel);
    connect(m_equation, &StepEquationView::pinnedChanged, &stage(), &StageView::setMarked);
}

void MainWindow::setModels(const QList<ModelEntry>& models, const QString& missingText)
{
    m_models = models;
    m_run->setModels(models);
    m_recipe->setModels(models);
    m_words->setModels(models);
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

bool MainWindow::openRecipe(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        reportProblem(tr("The recipe “%1” cannot be read: %2.").arg(path, file.errorString()),
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
        reportProblem(isPicture ? why : tr("“%1” is no recipe: %2").arg(QFileInfo(path).fileName(), why),
                      QString::fromStdString(error.hint()));
        return false;
    }
    return true;
}

bool MainWindow::saveRecipe(const QString& path)
{
    QSaveFile file(path);
    const QByteArray text = QByteArray::fromStdString(recipe::toJson(m_document.plan()));
    if (file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.commit())
        return true;
    reportProblem(tr("The recipe could not be written to “%1”: %2.").arg(path, file.errorString()),
                  tr("Choose a folder you may write to, with room on the disk."));
    return false;
}

/// Of the comparison while runs are compared.
QImage MainWindow::shownImages()
{
    const bool isComparing = m_compare && m_pages->currentWidget() == m_compare;
    return isComparing ? m_compare->panes().grab().toImage() : stage().sheet();
}

bool MainWindow::saveImages(const QString& path)
{
    const QImage images = shownImages();
    if (images.isNull()) {
        reportProblem(tr("There are no images to save yet."), tr("Wait for the first frame."));
        return false;
    }
    try {
        writePictureFile(path, images, m_document.shownRun().plan());
        return true;
    } catch (const Error& error) {
        reportProblem(QString::fromUtf8(error.what()), QString::fromStdString(error.hint()));
        return false;
    }
}

void MainWindow::reportProblem(const QString& message, const QString& hint)
{
    m_run->banner().report({ErrorCode::invalidFile, message, hint});
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (!mayClose())
        return event->ignore();
    saveSettings();
    m_player.pause();
    m_document.cancelSampling();
    QMainWindow::closeEvent(event);
}

/// Return ends the typing in a field: the keys of the playhead are next.
void MainWindow::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        return stage().focusPicture();
    QMainWindow::keyPressEvent(event);
}

}  // namespace diffuscope::ui
