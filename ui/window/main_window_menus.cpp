// The menus of the window: every action with its name, keys and one sentence.
#include "ui/document/player.h"
#include "ui/document/session_document.h"
#include "ui/equation/step_equation_view.h"
#include "ui/recipe/recipe_panel.h"
#include "ui/session/export_menu.h"
#include "ui/stage/layers.h"
#include "ui/stage/run_view.h"
#include "ui/stage/stage_view.h"
#include "ui/theme/theme_menu.h"
#include "ui/widgets/glyph_icon.h"
#include "ui/window/about.h"
#include "ui/window/compute_menu.h"
#include "ui/window/keyboard_sheet.h"
#include "ui/window/main_window.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QFileDialog>
#include <QMenuBar>

#include <functional>

namespace diffuscope::ui {

namespace {

constexpr int longStride = 10;
constexpr double rateFactor = 1.5;
constexpr double zoomFactor = 1.5;

}  // namespace

QAction* MainWindow::addMenuAction(QMenu* menu, const QString& name, const QString& text,
                                   const QList<QKeySequence>& keys, const QString& tip)
{
    auto* action = menu->addAction(text);
    action->setObjectName(name);
    action->setShortcuts(keys);
    action->setToolTip(tip);
    action->setStatusTip(tip);
    return action;
}

void MainWindow::buildFileMenu()
{
    auto* menu = menuBar()->addMenu(tr("&File"));
    connect(
        addMenuAction(menu, QStringLiteral("action.openRecipe"), tr("&Open Recipe…"), {QKeySequence::Open},
                      tr("Read a recipe from a file, or from an exported picture, and sample it.")),
        &QAction::triggered, this, &MainWindow::askForRecipe);
    connect(
        addMenuAction(menu, QStringLiteral("action.saveRecipe"), tr("&Save Recipe As…"), {QKeySequence::Save},
                      tr("Write the recipe to a file that this program and the command line read.")),
        &QAction::triggered, this, &MainWindow::askWhereToSaveRecipe);
    menu->addSeparator();
    connect(addMenuAction(menu, QStringLiteral("action.saveImages"), tr("Save &Images As…"),
                          {QKeySequence(tr("Ctrl+E"))},
                          tr("Write the images at the playhead as one PNG, which holds the recipe.")),
            &QAction::triggered, this, &MainWindow::askWhereToSaveImages);
    addExportActions(*menu, m_document, *this);
    menu->addSeparator();
    connect(addMenuAction(menu, QStringLiteral("action.quit"), tr("&Quit"), {QKeySequence(tr("Ctrl+Q"))},
                          tr("Close the window; the recipe and the layout are kept.")),
            &QAction::triggered, this, &QWidget::close);
}

void MainWindow::buildEditMenu()
{
    auto* menu = menuBar()->addMenu(tr("&Edit"));
    auto* undo = m_document.undoStack().createUndoAction(this, tr("&Undo"));
    undo->setObjectName(QStringLiteral("action.undo"));
    undo->setShortcuts(QKeySequence::Undo);
    auto* redo = m_document.undoStack().createRedoAction(this, tr("&Redo"));
    redo->setObjectName(QStringLiteral("action.redo"));
    redo->setShortcuts(QKeySequence::Redo);
    menu->addAction(undo);
    menu->addAction(redo);
    menu->addSeparator();
    buildRecipeTextActions(menu);
    menu->addSeparator();
    connect(addMenuAction(menu, QStringLiteral("action.copyImages"), tr("&Copy Images"),
                          {QKeySequence(tr("Ctrl+Shift+C"))},
                          tr("Copy the images at the playhead to the clipboard.")),
            &QAction::triggered, this, [this] {
                const QImage sheet = shownImages();
                if (!sheet.isNull())
                    QGuiApplication::clipboard()->setImage(sheet);
            });
}

void MainWindow::buildRunMenu()
{
    auto* menu = m_runMenu = menuBar()->addMenu(tr("&Run"));
    auto* run =
        addMenuAction(menu, QStringLiteral("action.run"), tr("&Run Now"),
                      {QKeySequence(tr("Ctrl+R")), QKeySequence(Qt::Key_F5)}, tr("Sample the recipe now."));
    connect(run, &QAction::triggered, &m_document, &SessionDocument::sample);
    auto* stop = addMenuAction(menu, QStringLiteral("action.stop"), tr("&Stop"), {QKeySequence(tr("Ctrl+."))},
                               tr("Stop the run before its next network evaluation."));
    connect(stop, &QAction::triggered, &m_document, &SessionDocument::cancelSampling);
    const auto enableStop = [this, stop] { stop->setEnabled(m_document.state() == RunState::running); };
    connect(&m_document, &SessionDocument::stateChanged, stop, enableStop);
    enableStop();
    menu->addSeparator();
    auto* autoRun = addMenuAction(menu, QStringLiteral("action.autoRun"), tr("&Auto-run"),
                                  {QKeySequence(tr("Ctrl+Shift+R"))}, tr("Sample at once after every edit."));
    autoRun->setCheckable(true);
    autoRun->setChecked(m_document.isAutoRun());
    connect(autoRun, &QAction::toggled, &m_document, &SessionDocument::setAutoRun);
    connect(&m_document, &SessionDocument::autoRunChanged, autoRun, &QAction::setChecked);
    connect(addMenuAction(menu, QStringLiteral("action.dice"), tr("New S&eed"), {QKeySequence(Qt::Key_D)},
                          tr("Draw another seed.")),
            &QAction::triggered, m_recipe, &RecipePanel::throwDice);
}

void MainWindow::offerCompute(ComputeSettings& settings)
{
    m_runMenu->addSeparator();
    addComputeActions(*m_runMenu, settings);
    m_recipe->offerCompute(settings);
}

void MainWindow::buildPlaybackMenu()
{
    auto* menu = menuBar()->addMenu(tr("&Playback"));
    auto* play =
        addMenuAction(menu, QStringLiteral("action.play"), tr("&Play or Pause"),
                      {QKeySequence(Qt::Key_Space)}, tr("Play the frames that have arrived, or pause."));
    connect(play, &QAction::triggered, &m_player, &Player::toggle);
    const auto stride = [&](const char* name, const QString& text, const QKeySequence& key, int frames) {
        auto* action = addMenuAction(menu, QLatin1String(name), text, {key}, tr("Move the playhead."));
        connect(action, &QAction::triggered, &m_player, [this, frames] { m_player.step(frames); });
    };
    menu->addSeparator();
    stride("action.previous", tr("Pre&vious Frame"), QKeySequence(Qt::Key_Left), -1);
    stride("action.next", tr("&Next Frame"), QKeySequence(Qt::Key_Right), 1);
    stride("action.tenBack", tr("Ten Frames &Back"), QKeySequence(Qt::SHIFT | Qt::Key_Left), -longStride);
    stride("action.tenOn", tr("Ten Frames &On"), QKeySequence(Qt::SHIFT | Qt::Key_Right), longStride);
    connect(addMenuAction(menu, QStringLiteral("action.first"), tr("&First Frame"),
                          {QKeySequence(Qt::Key_Home)}, tr("Go to pure noise.")),
            &QAction::triggered, &m_player, &Player::toStart);
    connect(addMenuAction(menu, QStringLiteral("action.last"), tr("&Last Frame"), {QKeySequence(Qt::Key_End)},
                          tr("Go to the newest frame and follow the run.")),
            &QAction::triggered, &m_player, &Player::toEnd);
    menu->addSeparator();
    connect(
        addMenuAction(
            menu, QStringLiteral("action.placeSecond"), tr("Put Cursor &B Here"), {QKeySequence(Qt::Key_M)},
            tr("Put the second cursor of all plots at the playhead; Ctrl+click in a plot does too.")),
        &QAction::triggered, this, [this] { m_document.cursors().placeSecond(m_document.playhead()); });
    connect(
        addMenuAction(menu, QStringLiteral("action.removeSecond"), tr("Re&move Cursor B"),
                      {QKeySequence(Qt::SHIFT | Qt::Key_M)}, tr("Remove the second cursor of all plots.")),
        &QAction::triggered, &m_document.cursors(), &PlotCursors::removeSecond);
    menu->addSeparator();
    buildEquationActions(menu);
    menu->addSeparator();
    auto* loop = addMenuAction(menu, QStringLiteral("action.loop"), tr("L&oop"), {QKeySequence(Qt::Key_L)},
                               tr("Begin again at the end."));
    loop->setCheckable(true);
    loop->setChecked(m_player.isLooping());
    connect(loop, &QAction::toggled, &m_player, &Player::setLooping);
    connect(&m_player, &Player::loopingChanged, loop, &QAction::setChecked);
    const auto rate = [&](const char* name, const QString& text, const QKeySequence& key, double factor) {
        auto* action =
            addMenuAction(menu, QLatin1String(name), text, {key}, tr("Change the speed of playback."));
        connect(action, &QAction::triggered, &m_player,
                [this, factor] { m_player.setFramesPerSecond(m_player.framesPerSecond() * factor); });
    };
    rate("action.faster", tr("Fas&ter"), QKeySequence(Qt::Key_Period), rateFactor);
    rate("action.slower", tr("&Slower"), QKeySequence(Qt::Key_Comma), 1 / rateFactor);
}

/// Each brings the dock to the front, so that one sees what it did.
void MainWindow::buildEquationActions(QMenu* menu)
{
    const auto add = [&](const char* name, const QString& text, const QKeySequence& key, const QString& tip,
                         void (StepEquationView::*act)()) {
        auto* action = addMenuAction(menu, QLatin1String(name), text, {key}, tip);
        connect(action, &QAction::triggered, this, [this, act] {
            m_docks[3]->show();
            m_docks[3]->raise();
            std::invoke(act, m_equation);
        });
    };
    add("action.walkOn", tr("&Half a Step On"), QKeySequence(Qt::Key_N),
        tr("From prediction to update in the step's equation, and on to the next step."),
        &StepEquationView::walkOn);
    add("action.walkBack", tr("Half a Step Bac&k"), QKeySequence(Qt::SHIFT | Qt::Key_N),
        tr("From update to prediction in the step's equation, and back to the step before."),
        &StepEquationView::walkBack);
    add("action.pinPixel", tr("P&in Pixel"), QKeySequence(Qt::Key_P),
        tr("Keep the step's equation at the pixel under the cursor, or let go of it."),
        &StepEquationView::togglePin);
}

void MainWindow::buildViewMenu()
{
    auto* menu = menuBar()->addMenu(tr("&View"));
    auto* layers = new QActionGroup(this);
    for (const auto layer : allLayers()) {
        auto* action = addMenuAction(menu, QStringLiteral("action.layer.%1").arg(layerPlace(layer) + 1),
                                     layerName(layer), {layerShortcut(layer)}, layerTip(layer));
        action->setCheckable(true);
        action->setChecked(m_document.layer() == layer);
        layers->addAction(action);
        connect(action, &QAction::triggered, this, [this, layer] { m_document.setLayer(layer); });
        connect(&m_document, &SessionDocument::layerChanged, action,
                [action, layer](record::Layer shown) { action->setChecked(shown == layer); });
    }
    auto* all = addMenuAction(
        menu, QStringLiteral("action.allLayers"), tr("&All Layers of One Image"), {QKeySequence(Qt::Key_A)},
        tr("Show the ten layers of one image side by side, or one layer of all images."));
    all->setCheckable(true);
    connect(all, &QAction::triggered, &stage(), &StageView::setShowsAllLayers);
    connect(&stage(), &StageView::showsAllLayersChanged, all, &QAction::setChecked);
    addWordsAction(menu);
    menu->addSeparator();
    connect(addMenuAction(menu, QStringLiteral("action.enlarge"), tr("&Enlarge or Show All"),
                          {QKeySequence(Qt::Key_F)}, tr("Show one image large, or all of them.")),
            &QAction::triggered, &stage(), &StageView::toggleEnlarged);
    const auto zoom = [&](const char* name, const QString& text, const QList<QKeySequence>& keys,
                          const QString& tip, const std::function<void(ImageGrid&)>& act) {
        connect(addMenuAction(menu, QLatin1String(name), text, keys, tip), &QAction::triggered, this,
                [this, act] { act(stage().visibleGrid()); });
    };
    zoom("action.zoomIn", tr("Zoom &In"), {QKeySequence(Qt::Key_Plus), QKeySequence(Qt::Key_Equal)},
         tr("Magnify the images about the cursor; the wheel does too."),
         [](ImageGrid& grid) { grid.zoomBy(zoomFactor); });
    zoom("action.zoomOut", tr("Zoom &Out"), {QKeySequence(Qt::Key_Minus)}, tr("Show more of the images."),
         [](ImageGrid& grid) { grid.zoomBy(1 / zoomFactor); });
    zoom("action.zoomFit", tr("&Zoom to Fit"), {QKeySequence(Qt::Key_Z)},
         tr("Show all of the images again; a double-click does too."),
         [](ImageGrid& grid) { grid.showAll(); });
    connect(
        addMenuAction(menu, QStringLiteral("action.back"), tr("&Back to All Images"),
                      {QKeySequence(Qt::Key_Escape)},
                      tr("Leave the zoom, the layers, the enlarged image, the selection: one at a time.")),
        &QAction::triggered, this, &MainWindow::leaveEnlarged);
    connect(addMenuAction(menu, QStringLiteral("action.previousImage"), tr("Pre&vious Image"),
                          {QKeySequence(Qt::Key_BracketLeft)}, tr("Select the image before.")),
            &QAction::triggered, this, [this] { moveSelection(-1); });
    connect(addMenuAction(menu, QStringLiteral("action.nextImage"), tr("&Next Image"),
                          {QKeySequence(Qt::Key_BracketRight)}, tr("Select the image after.")),
            &QAction::triggered, this, [this] { moveSelection(1); });
    menu->addSeparator();
    for (auto* dock : m_docks)
        menu->addAction(dock->toggleViewAction());
    connect(addMenuAction(menu, QStringLiteral("action.resetLayout"), tr("&Restore Usual Layout"), {},
                          tr("Put all docks back where they were at first.")),
            &QAction::triggered, this, &MainWindow::resetLayout);
    menu->addSeparator();
    addThemeActions(*menu, m_theme);
    menu->addSeparator();
    auto* full = addMenuAction(menu, QStringLiteral("action.fullScreen"), tr("F&ull Screen"),
                               {QKeySequence(Qt::Key_F11)}, tr("Fill the screen, for a projector."));
    full->setCheckable(true);
    connect(full, &QAction::toggled, this, [this](bool on) {
        setWindowState(on ? windowState() | Qt::WindowFullScreen : windowState() & ~Qt::WindowFullScreen);
    });
}

void MainWindow::buildHelpMenu()
{
    auto* menu = menuBar()->addMenu(tr("&Help"));
    connect(
        addMenuAction(menu, QStringLiteral("action.keyboard"), tr("&Keyboard"), {QKeySequence(Qt::Key_F1)},
                      tr("Show all keys.")),
        &QAction::triggered, this, [this] {
            auto groups = keysOfMenus(*menuBar());
            groups.append({tr("Everywhere"),
                           {{tr("Ctrl+0 … Ctrl+9"), tr("Choose a class")},
                            {tr("Ctrl+Space in a prompt"), tr("List the words that the model knows")},
                            {tr("←, →, Space on a word"), tr("Go from word to word, switch it off or on")},
                            {tr("Alt + underlined letter"), tr("Go to a control of the recipe")},
                            {tr("Tab, Shift+Tab"), tr("Next and previous control")},
                            {tr("↑, ↓ on the stage"), tr("Select the image above or below")},
                            {tr("Wheel on the stage"), tr("Zoom in and out at the cursor")},
                            {tr("Ctrl+click in a plot"), tr("Put cursor B")},
                            {tr("Drag, Ctrl + arrow"), tr("Move images that are zoomed in")}}});
            groups.append({tr("In the tree of the session"),
                           {{tr("↑, ↓"), tr("Show the run above or below")},
                            {tr("Shift + ↑, ↓"), tr("Select several runs, to compare them")},
                            {tr("F2"), tr("Rename the run")},
                            {tr("Delete"), tr("Delete the run and its branches")}}});
            groups.append({tr("On a point of a drawn curve"),
                           {{tr("←, →, ↑, ↓"), tr("Move it by a hundredth of the plot")},
                            {tr("Shift, Ctrl + arrow"), tr("Move it by a tenth, by a thousandth")},
                            {tr("Insert"), tr("Add a point half-way to the next")},
                            {tr("Delete"), tr("Remove it")},
                            {tr("Escape while dragging"), tr("Put it back")}}});
            auto* sheet = new KeyboardSheet(groups, this);
            sheet->setAttribute(Qt::WA_DeleteOnClose);
            sheet->show();
        });
    menu->addSeparator();
    connect(addMenuAction(menu, QStringLiteral("action.about"), tr("&About Diffuscope"), {},
                          tr("Version and licence of this program.")),
            &QAction::triggered, this, [this] { showAbout(this); });
    connect(addMenuAction(menu, QStringLiteral("action.aboutQt"), tr("About &Qt"), {},
                          tr("Version and licence of Qt.")),
            &QAction::triggered, qApp, &QApplication::aboutQt);
}

void MainWindow::askForRecipe()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open Recipe"), {}, tr("Recipes and exported pictures (*.json *.png);;All files (*)"));
    if (!path.isEmpty())
        openRecipe(path);
}

void MainWindow::askWhereToSaveRecipe()
{
    const QString path = QFileDialog::getSaveFileName(this, tr("Save Recipe As"),
                                                      QStringLiteral("recipe.json"), tr("Recipes (*.json)"));
    if (!path.isEmpty())
        saveRecipe(path);
}

void MainWindow::askWhereToSaveImages()
{
    const QString path = QFileDialog::getSaveFileName(this, tr("Save Images As"),
                                                      QStringLiteral("images.png"), tr("PNG images (*.png)"));
    if (!path.isEmpty())
        saveImages(path);
}

void MainWindow::leaveEnlarged()
{
    if (leaveComparison())
        return;
    if (!stage().goBack())
        m_document.selectImage(-1);
}

void MainWindow::moveSelection(int delta)
{
    const int images = stage().grid().imageCount();
    if (images == 0)
        return;
    const int from = m_document.selectedImage() < 0 ? (delta > 0 ? -1 : images) : m_document.selectedImage();
    m_document.selectImage(std::clamp(from + delta, 0, images - 1));
}

}  // namespace diffuscope::ui
