// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/menus.h"

#include "ui/document/player.h"
#include "ui/document/session_document.h"
#include "ui/equation/step_equation_view.h"
#include "ui/recipe/recipe_panel.h"
#include "ui/session/session_panel.h"
#include "ui/stage/stage_view.h"
#include "ui/theme/theme_menu.h"
#include "ui/widgets/layers.h"
#include "ui/window/about.h"
#include "ui/window/action_registry.h"
#include "ui/window/dock_table.h"
#include "ui/window/keyboard_sheet.h"
#include "ui/window/lesson_link.h"
#include "ui/window/session_files.h"
#include "ui/window/words_link.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QMainWindow>
#include <QMenuBar>

#include <algorithm>
#include <functional>

namespace diffuscope::ui {

namespace {

constexpr int longStride = 10;
constexpr double rateFactor = 1.5;
constexpr double zoomFactor = 1.5;

}  // namespace

Menus::Menus(const Parts& parts) : QObject(&parts.window), m_parts(parts), m_actions(parts.actions)
{
    addFileMenu();
    addEditMenu();
    addRunMenu();
    addSessionMenu();
    addPlaybackMenu();
    addViewMenu();
    addHelpMenu();
    // Those that a part of the window made itself: exports, the session's tree, the theme.
    for (const QAction* menu : m_parts.window.menuBar()->actions())
        m_actions.adoptAll(*menu->menu());
}

void Menus::addFileMenu()
{
    QMenu* menu = m_file = m_parts.window.menuBar()->addMenu(tr("&File"));
    m_parts.files.addFileActions(*menu);
    menu->addSeparator();
    connect(m_actions.add(*menu, QStringLiteral("action.quit"), tr("&Quit"), {QKeySequence(tr("Ctrl+Q"))},
                          tr("Close the window; the recipe and the layout are kept.")),
            &QAction::triggered, &m_parts.window, &QWidget::close);
}

void Menus::addEditMenu()
{
    QMenu* menu = m_parts.window.menuBar()->addMenu(tr("&Edit"));
    QAction* undo = m_parts.document.undoStack().createUndoAction(this, tr("&Undo"));
    undo->setObjectName(QStringLiteral("action.undo"));
    undo->setShortcuts(QKeySequence::Undo);
    QAction* redo = m_parts.document.undoStack().createRedoAction(this, tr("&Redo"));
    redo->setObjectName(QStringLiteral("action.redo"));
    redo->setShortcuts(QKeySequence::Redo);
    menu->addAction(undo);
    menu->addAction(redo);
    menu->addSeparator();
    m_parts.files.addEditActions(*menu);
}

void Menus::addSessionMenu()
{
    m_session = m_parts.window.menuBar()->addMenu(tr("&Session"));
    m_parts.session.addActions(*m_session);
}

void Menus::addRunMenu()
{
    auto* menu = m_run = m_parts.window.menuBar()->addMenu(tr("&Run"));
    auto* run =
        m_actions.add(*menu, QStringLiteral("action.run"), tr("&Run Now"),
                      {QKeySequence(tr("Ctrl+R")), QKeySequence(Qt::Key_F5)}, tr("Sample the recipe now."));
    connect(run, &QAction::triggered, &m_parts.document, &SessionDocument::sample);
    auto* stop =
        m_actions.add(*menu, QStringLiteral("action.stop"), tr("&Stop"), {QKeySequence(tr("Ctrl+."))},
                      tr("Stop the run before its next network evaluation."));
    connect(stop, &QAction::triggered, &m_parts.document, &SessionDocument::cancelSampling);
    const auto enableStop = [this, stop] { stop->setEnabled(m_parts.document.state() == RunState::running); };
    connect(&m_parts.document, &SessionDocument::stateChanged, stop, enableStop);
    enableStop();
    menu->addSeparator();
    auto* autoRun = m_actions.add(*menu, QStringLiteral("action.autoRun"), tr("&Auto-run"),
                                  {QKeySequence(tr("Ctrl+Shift+R"))}, tr("Sample at once after every edit."));
    autoRun->setCheckable(true);
    autoRun->setChecked(m_parts.document.isAutoRun());
    connect(autoRun, &QAction::toggled, &m_parts.document, &SessionDocument::setAutoRun);
    connect(&m_parts.document, &SessionDocument::autoRunChanged, autoRun, &QAction::setChecked);
    connect(m_actions.add(*menu, QStringLiteral("action.dice"), tr("New S&eed"), {QKeySequence(Qt::Key_D)},
                          tr("Draw another seed.")),
            &QAction::triggered, &m_parts.recipe, &RecipePanel::throwDice);
}

void Menus::addPlaybackMenu()
{
    auto* menu = m_parts.window.menuBar()->addMenu(tr("&Playback"));
    auto* play =
        m_actions.add(*menu, QStringLiteral("action.play"), tr("&Play or Pause"),
                      {QKeySequence(Qt::Key_Space)}, tr("Play the frames that have arrived, or pause."));
    connect(play, &QAction::triggered, &m_parts.player, &Player::toggle);
    const auto stride = [&](const char* name, const QString& text, const QKeySequence& key, int frames) {
        auto* action = m_actions.add(*menu, QLatin1String(name), text, {key}, tr("Move the playhead."));
        connect(action, &QAction::triggered, &m_parts.player,
                [this, frames] { m_parts.player.step(frames); });
    };
    menu->addSeparator();
    stride("action.previous", tr("Pre&vious Frame"), QKeySequence(Qt::Key_Left), -1);
    stride("action.next", tr("&Next Frame"), QKeySequence(Qt::Key_Right), 1);
    stride("action.tenBack", tr("Ten Frames &Back"), QKeySequence(Qt::SHIFT | Qt::Key_Left), -longStride);
    stride("action.tenOn", tr("Ten Frames &On"), QKeySequence(Qt::SHIFT | Qt::Key_Right), longStride);
    connect(m_actions.add(*menu, QStringLiteral("action.first"), tr("&First Frame"),
                          {QKeySequence(Qt::Key_Home)}, tr("Go to pure noise.")),
            &QAction::triggered, &m_parts.player, &Player::toStart);
    connect(m_actions.add(*menu, QStringLiteral("action.last"), tr("&Last Frame"),
                          {QKeySequence(Qt::Key_End)}, tr("Go to the newest frame and follow the run.")),
            &QAction::triggered, &m_parts.player, &Player::toEnd);
    menu->addSeparator();
    connect(
        m_actions.add(
            *menu, QStringLiteral("action.placeSecond"), tr("Put Cursor &B Here"), {QKeySequence(Qt::Key_M)},
            tr("Put the second cursor of all plots at the playhead; Ctrl+click in a plot does too.")),
        &QAction::triggered, this,
        [this] { m_parts.document.cursors().placeSecond(m_parts.document.playhead()); });
    connect(
        m_actions.add(*menu, QStringLiteral("action.removeSecond"), tr("Re&move Cursor B"),
                      {QKeySequence(Qt::SHIFT | Qt::Key_M)}, tr("Remove the second cursor of all plots.")),
        &QAction::triggered, &m_parts.document.cursors(), &PlotCursors::removeSecond);
    menu->addSeparator();
    addEquationActions(menu);
    menu->addSeparator();
    auto* loop = m_actions.add(*menu, QStringLiteral("action.loop"), tr("L&oop"), {QKeySequence(Qt::Key_L)},
                               tr("Begin again at the end."));
    loop->setCheckable(true);
    loop->setChecked(m_parts.player.isLooping());
    connect(loop, &QAction::toggled, &m_parts.player, &Player::setLooping);
    connect(&m_parts.player, &Player::loopingChanged, loop, &QAction::setChecked);
    const auto rate = [&](const char* name, const QString& text, const QKeySequence& key, double factor) {
        auto* action =
            m_actions.add(*menu, QLatin1String(name), text, {key}, tr("Change the speed of playback."));
        connect(action, &QAction::triggered, &m_parts.player, [this, factor] {
            m_parts.player.setFramesPerSecond(m_parts.player.framesPerSecond() * factor);
        });
    };
    rate("action.faster", tr("Fas&ter"), QKeySequence(Qt::Key_Period), rateFactor);
    rate("action.slower", tr("&Slower"), QKeySequence(Qt::Key_Comma), 1 / rateFactor);
}

/// Each brings the dock to the front, so that one sees what it did.
void Menus::addEquationActions(QMenu* menu)
{
    const auto add = [&](const char* name, const QString& text, const QKeySequence& key, const QString& tip,
                         void (StepEquationView::*act)()) {
        auto* action = m_actions.add(*menu, QLatin1String(name), text, {key}, tip);
        connect(action, &QAction::triggered, this, [this, act] {
            m_parts.docks.bringUp(dock_id::equation);
            std::invoke(act, m_parts.docks.content<StepEquationView>(dock_id::equation));
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

void Menus::addViewMenu()
{
    auto* menu = m_parts.window.menuBar()->addMenu(tr("&View"));
    QMenu* layers = menu->addMenu(tr("&Layer"));
    layers->setObjectName(QStringLiteral("menu.layers"));
    addLayerActions(layers);
    auto* all = m_actions.add(
        *menu, QStringLiteral("action.allLayers"), tr("&All Layers of One Image"), {QKeySequence(Qt::Key_A)},
        tr("Show the ten layers of one image side by side, or one layer of all images."));
    all->setCheckable(true);
    connect(all, &QAction::triggered, &m_parts.stage, &StageView::setShowsAllLayers);
    connect(&m_parts.stage, &StageView::showsAllLayersChanged, all, &QAction::setChecked);
    m_parts.words.addAction(*menu, m_actions);
    menu->addSeparator();
    addZoomActions(menu);
    menu->addSeparator();
    QMenu* panels = menu->addMenu(tr("&Panels"));
    panels->setObjectName(QStringLiteral("menu.panels"));
    addDockActions(panels);
    menu->addSeparator();
    addThemeActions(*menu, m_parts.theme);
    menu->addSeparator();
    auto* full = m_actions.add(*menu, QStringLiteral("action.fullScreen"), tr("F&ull Screen"),
                               {QKeySequence(Qt::Key_F11)}, tr("Fill the screen, for a projector."));
    full->setCheckable(true);
    connect(full, &QAction::toggled, this, [this](bool on) {
        const Qt::WindowStates now = m_parts.window.windowState();
        m_parts.window.setWindowState(on ? now | Qt::WindowFullScreen : now & ~Qt::WindowFullScreen);
    });
}

void Menus::addHelpMenu()
{
    auto* menu = m_parts.window.menuBar()->addMenu(tr("&Help"));
    m_parts.lessons.addAction(*menu, m_actions);
    connect(m_actions.add(*menu, QStringLiteral("action.keyboard"), tr("&Keyboard"),
                          {QKeySequence(Qt::Key_F1)}, tr("Show all keys.")),
            &QAction::triggered, this, &Menus::showKeys);
    menu->addSeparator();
    connect(m_actions.add(*menu, QStringLiteral("action.about"), tr("&About Diffuscope"), {},
                          tr("Version and licence of this program.")),
            &QAction::triggered, this, [this] { showAbout(&m_parts.window); });
    connect(m_actions.add(*menu, QStringLiteral("action.aboutQt"), tr("About &Qt"), {},
                          tr("Version and licence of Qt.")),
            &QAction::triggered, qApp, &QApplication::aboutQt);
}

/// One layer is shown at a time.
void Menus::addLayerActions(QMenu* menu)
{
    auto* group = new QActionGroup(this);
    for (const auto layer : allLayers()) {
        auto* action = m_actions.add(*menu, QStringLiteral("action.layer.%1").arg(layerPlace(layer) + 1),
                                     layerName(layer), {layerShortcut(layer)}, layerTip(layer));
        action->setCheckable(true);
        action->setChecked(m_parts.document.layer() == layer);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, layer] { m_parts.document.setLayer(layer); });
        connect(&m_parts.document, &SessionDocument::layerChanged, action,
                [action, layer](record::Layer shown) { action->setChecked(shown == layer); });
    }
}

void Menus::addZoomActions(QMenu* menu)
{
    connect(m_actions.add(*menu, QStringLiteral("action.enlarge"), tr("&Enlarge or Show All"),
                          {QKeySequence(Qt::Key_F)}, tr("Show one image large, or all of them.")),
            &QAction::triggered, &m_parts.stage, &StageView::toggleEnlarged);
    const auto zoom = [&](const char* name, const QString& text, const QList<QKeySequence>& keys,
                          const QString& tip, const std::function<void(ImageGrid&)>& act) {
        connect(m_actions.add(*menu, QLatin1String(name), text, keys, tip), &QAction::triggered, this,
                [this, act] { act(m_parts.stage.visibleGrid()); });
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
        m_actions.add(*menu, QStringLiteral("action.back"), tr("&Back to All Images"),
                      {QKeySequence(Qt::Key_Escape)},
                      tr("Leave the zoom, the layers, the enlarged image, the selection: one at a time.")),
        &QAction::triggered, this, &Menus::backRequested);
    connect(m_actions.add(*menu, QStringLiteral("action.previousImage"), tr("Pre&vious Image"),
                          {QKeySequence(Qt::Key_BracketLeft)}, tr("Select the image before.")),
            &QAction::triggered, this, [this] { moveSelection(-1); });
    connect(m_actions.add(*menu, QStringLiteral("action.nextImage"), tr("&Next Image"),
                          {QKeySequence(Qt::Key_BracketRight)}, tr("Select the image after.")),
            &QAction::triggered, this, [this] { moveSelection(1); });
}

void Menus::addDockActions(QMenu* menu)
{
    for (const DockSpec& spec : m_parts.docks.table()) {
        QAction* toggle = m_parts.docks.dock(spec.id).toggleViewAction();
        menu->addAction(toggle);
        m_actions.adopt(*toggle);
    }
    menu->addSeparator();
    connect(m_actions.add(*menu, QStringLiteral("action.resetLayout"), tr("&Restore Usual Layout"), {},
                          tr("Put all docks back where they were at first.")),
            &QAction::triggered, &m_parts.docks, &Docks::reset);
}

void Menus::showKeys()
{
    auto groups = keysOfMenus(*m_parts.window.menuBar());
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
    auto* sheet = new KeyboardSheet(groups, &m_parts.window);
    sheet->setAttribute(Qt::WA_DeleteOnClose);
    sheet->show();
}

void Menus::moveSelection(int delta)
{
    const int images = m_parts.stage.grid().imageCount();
    if (images == 0)
        return;
    const int selected = m_parts.document.selectedImage();
    const int from = selected < 0 ? (delta > 0 ? -1 : images) : selected;
    m_parts.document.selectImage(std::clamp(from + delta, 0, images - 1));
}

}  // namespace diffuscope::ui
