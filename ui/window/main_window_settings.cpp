// What the window keeps between its starts: the arrangement of its docks, the last recipe, the view's
// choices.
#include "core/base/error.h"
#include "ui/document/player.h"
#include "ui/document/session_document.h"
#include "ui/recipe/recipe_panel.h"
#include "ui/stage/layers.h"
#include "ui/stage/stage_view.h"
#include "ui/theme/theme.h"
#include "ui/window/main_window.h"

#include <QDockWidget>
#include <QEvent>
#include <QGuiApplication>
#include <QScreen>
#include <QSettings>

#include <algorithm>
#include <utility>

namespace diffuscope::ui {

namespace {

/// Raised when docks are added or renamed, so that an old layout is not applied to new docks.
constexpr int layoutVersion = 3;
const QString geometryKey = QStringLiteral("window/geometry");
const QString layoutKey = QStringLiteral("window/layout");
const QString recipeKey = QStringLiteral("session/recipe");
const QString autoRunKey = QStringLiteral("session/autoRun");
const QString layerKey = QStringLiteral("view/layer");
const QString rangesKey = QStringLiteral("view/ranges");
const QString rateKey = QStringLiteral("playback/rate");
const QString loopKey = QStringLiteral("playback/loop");

/// Of a column, in lines of text: from so many on three docks stand in it one below the other; with fewer
/// than so many, one plot alone has room.
constexpr int roomyLines = 74, crampedLines = 36;

}  // namespace

std::optional<recipe::Recipe> MainWindow::startingRecipe(const QSettings& settings,
                                                         const QList<ModelEntry>& models,
                                                         const QString& model)
{
    recipe::Recipe recipe;
    try {
        const QString stored = settings.value(recipeKey).toString();
        if (!stored.isEmpty())
            recipe = recipe::recipeFromJson(stored.toStdString());
    } catch (const Error&) {
        // Written by another version: the usual recipe is a better start than a complaint.
        recipe = {};
    }
    const QString wanted = model.isEmpty() ? QString::fromStdString(recipe.model) : model;
    const ModelEntry* chosen = nullptr;
    for (const auto& entry : models)
        if (entry.isUsable() && (!chosen || entry.id == wanted))
            chosen = &entry;
    if (!chosen && model.isEmpty())
        return std::nullopt;
    if (chosen && recipe == recipe::Recipe{} && chosen->guidance > 0)
        recipe.guidance.scale = chosen->guidance;
    if (chosen)
        fitRecipe(recipe, *chosen);
    // A model that was asked for by name and is not there is for the run to refuse, with the reason.
    if (!model.isEmpty())
        recipe.model = model.toStdString();
    return recipe;
}

void MainWindow::restoreRecipe(const QString& model)
{
    if (const auto recipe = startingRecipe(m_settings, m_models, model))
        takePlan({*recipe, {}}, tr("New Run"));
}

MainWindow::Room MainWindow::room() const
{
    const int lines = height() / std::max(1, fontMetrics().height());
    return lines >= roomyLines ? Room::roomy : lines < crampedLines ? Room::cramped : Room::usual;
}

/// Takes a dock out of the tabs that it may be in, to the end of its area.
void MainWindow::standAlone(Qt::DockWidgetArea area, const QString& name)
{
    auto* dock = findChild<QDockWidget*>(name);
    const bool isShown = !dock->isHidden();
    addDockWidget(area, dock);
    dock->setVisible(isShown);
}

/// Detail and path share the place of the per-step plot. The equation stands below it; behind it too where
/// that would leave both too small. Where even two plots would be, they share the place of the curves.
void MainWindow::placePlots()
{
    // Titles beside each other would be cut where text is large.
    setTabPosition(Qt::RightDockWidgetArea, m_room == Room::cramped ? QTabWidget::East : QTabWidget::South);
    QDockWidget* steps = m_docks[2];
    if (m_room == Room::cramped)
        tabifyDockWidget(m_docks[1], steps);
    else
        standAlone(Qt::RightDockWidgetArea, QStringLiteral("stepDock"));
    for (const char* name : {"detailDock", "pathDock", "wordsDock", "equationDock"})
        tabifyDockWidget(steps, findChild<QDockWidget*>(QLatin1String(name)));
    if (m_room == Room::roomy)
        standAlone(Qt::RightDockWidgetArea, QStringLiteral("equationDock"));
    (m_room == Room::cramped ? m_docks[1] : steps)->raise();
    if (m_wordsDock->isVisible())
        m_wordsDock->raise();
}

/// Below the recipe; behind it where there is no room for both.
void MainWindow::placeSession()
{
    auto* dock = findChild<QDockWidget*>(QStringLiteral("sessionDock"));
    if (m_room == Room::roomy) {
        standAlone(Qt::LeftDockWidgetArea, QStringLiteral("sessionDock"));
        resizeDocks({m_docks[0], dock}, {height() * 64 / 100, height() * 36 / 100}, Qt::Vertical);
    } else {
        tabifyDockWidget(m_docks[0], dock);
    }
    m_docks[0]->raise();
}

void MainWindow::restoreLayout()
{
    const QRect screen = QGuiApplication::primaryScreen()->availableGeometry();
    const QSize frame(16, 48);  // what a window manager usually adds
    resize(QSize(1440, 900).boundedTo(screen.size() - frame));
    // With the docks in tabs: stacked, they would make a low window taller when it comes back to this.
    m_room = Room::cramped;
    placePlots();
    placeSession();
    m_usualLayout = QMainWindow::saveState(layoutVersion);

    m_theme.restore(m_settings);
    restoreGeometry(m_settings.value(geometryKey).toByteArray());
    m_hasUsualSizes = !restoreState(m_settings.value(layoutKey).toByteArray(), layoutVersion);
    m_room = room();
    if (m_hasUsualSizes) {
        // Before the window is shown: docks that are stacked first and tabbed later would make it taller than
        // the screen.
        placePlots();
        placeSession();
    }
    m_document.setAutoRun(m_settings.value(autoRunKey, true).toBool());
    const int layer = m_settings.value(layerKey, int(m_document.layer())).toInt();
    for (const auto shown : allLayers())
        if (int(shown) == layer)
            m_document.setLayer(shown);
    stage().restoreRangeModes(m_settings.value(rangesKey).toString());
    m_player.setFramesPerSecond(m_settings.value(rateKey, Player::usualRate).toDouble());
    m_player.setLooping(m_settings.value(loopKey, false).toBool());
}

void MainWindow::resetLayout()
{
    restoreState(m_usualLayout, layoutVersion);
    for (auto* dock : m_docks)
        dock->show();
    followWords();
    takeUsualSizes();
}

/// As wide as it needs, but for the stage's sake at most a third.
int MainWindow::recipeWidth() const
{
    return std::min(m_recipe->sizeHint().width(), width() / 3);
}

/// The recipe as wide as it needs, the plots about a quarter of the window.
void MainWindow::takeUsualSizes()
{
    const int plots = std::clamp(width() * 27 / 100, 340, 760);
    resizeDocks({m_docks[0], m_docks[1]}, {recipeWidth(), plots}, Qt::Horizontal);
    m_room = room();
    placePlots();
    placeSession();
    if (m_room == Room::roomy)
        resizeDocks({m_docks[1], m_docks[2], m_docks[3]},
                    {height() * 34 / 100, height() * 30 / 100, height() * 36 / 100}, Qt::Vertical);
    else if (m_room == Room::usual)
        resizeDocks({m_docks[1], m_docks[2]}, {height() * 55 / 100, height() * 45 / 100}, Qt::Vertical);
}

void MainWindow::showEvent(QShowEvent* event)
{
    QMainWindow::showEvent(event);
    if (std::exchange(m_hasUsualSizes, false))
        takeUsualSizes();
}

void MainWindow::saveSettings()
{
    m_settings.setValue(geometryKey, saveGeometry());
    m_settings.setValue(layoutKey, QMainWindow::saveState(layoutVersion));
    const auto& lastGood = m_document.failure() ? *m_document.shownRun().recipe : m_document.recipe();
    if (m_document.shownRun().run != 0)
        m_settings.setValue(recipeKey, QString::fromStdString(recipe::toJson(lastGood)));
    m_settings.setValue(autoRunKey, m_document.isAutoRun());
    m_settings.setValue(layerKey, int(m_document.layer()));
    m_settings.setValue(rangesKey, stage().rangeModes());
    m_settings.setValue(rateKey, m_player.framesPerSecond());
    m_settings.setValue(loopKey, m_player.isLooping());
    m_theme.save(m_settings);
    m_settings.sync();
}

/// Larger text may need another arrangement, once every panel has taken it; docks that a person has moved
/// stay where they are.
void MainWindow::changeEvent(QEvent* event)
{
    QMainWindow::changeEvent(event);
    const auto arrange = [this] {
        if (!isUsualLayout())
            return;
        if (room() != m_room)
            takeUsualSizes();
        else
            resizeDocks({m_docks[0]}, {std::max(m_docks[0]->width(), recipeWidth())}, Qt::Horizontal);
    };
    if (event->type() == QEvent::FontChange && isVisible())
        QMetaObject::invokeMethod(this, arrange, Qt::QueuedConnection);
}

/// Every dock is in its area.
bool MainWindow::isUsualLayout() const
{
    return std::ranges::all_of(m_docks, [this](QDockWidget* dock) {
        const QString name = dock->objectName();
        const bool isLeft = name == QLatin1String("recipeDock") || name == QLatin1String("sessionDock");
        return !dock->isFloating() &&
               dockWidgetArea(dock) == (isLeft ? Qt::LeftDockWidgetArea : Qt::RightDockWidgetArea);
    });
}

}  // namespace diffuscope::ui
