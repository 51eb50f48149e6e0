// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/lesson_link.h"

#include "core/lesson/lesson_file.h"
#include "ui/window/action_registry.h"
#include "ui/window/comparison_page.h"
#include "ui/window/dock_table.h"

#include <QAction>
#include <QHash>
#include <QMainWindow>
#include <QMenu>

namespace diffuscope::ui {

namespace {

/// The object names of a control of lesson::lessonControls(), the one to point at first. Those of its options
/// begin with the same name and a point.
const QHash<QString, QStringList>& objectNames()
{
    static const QHash<QString, QStringList> names{
        {QStringLiteral("model"), {QStringLiteral("modelBox")}},
        {QStringLiteral("class"), {QStringLiteral("classPicker")}},
        {QStringLiteral("prompt"), {QStringLiteral("prompt")}},
        {QStringLiteral("schedule"), {QStringLiteral("scheduleBox")}},
        {QStringLiteral("grid"), {QStringLiteral("gridBox")}},
        {QStringLiteral("steps"), {QStringLiteral("stepsSlider"), QStringLiteral("stepsSpin")}},
        {QStringLiteral("sampler"), {QStringLiteral("samplerBox")}},
        {QStringLiteral("guidance"),
         {QStringLiteral("guidanceSlider"), QStringLiteral("guidanceSpin"), QStringLiteral("guidanceBox")}},
        {QStringLiteral("clipping"), {QStringLiteral("clippingBox")}},
        {QStringLiteral("seed"), {QStringLiteral("seedEdit"), QStringLiteral("diceButton")}},
        {QStringLiteral("batch"), {QStringLiteral("batchSlider"), QStringLiteral("batchSpin")}},
        {QStringLiteral("run"), {QStringLiteral("runButton")}},
        {QStringLiteral("layers"), {QStringLiteral("layer.x0Hat")}},
        {QStringLiteral("stage"), {QStringLiteral("imageGrid")}},
        {QStringLiteral("film-strip"), {QStringLiteral("filmStrip")}},
        {QStringLiteral("transport"), {QStringLiteral("timeline")}},
        {QStringLiteral("curves"), {QStringLiteral("curvesView")}},
        {QStringLiteral("per-step"), {QStringLiteral("stepPlotView")}},
        {QStringLiteral("equation"), {QStringLiteral("stepEquationView")}},
        {QStringLiteral("detail"), {QStringLiteral("detailPlotView")}},
        {QStringLiteral("path"), {QStringLiteral("pathPlotView")}},
        {QStringLiteral("words"), {QStringLiteral("wordsView")}},
        {QStringLiteral("session"), {QStringLiteral("sessionTree")}},
    };
    return names;
}

/// Per cent of the column's height.
constexpr int recipeShare = 36;

/// Of lesson::lessonDocks().
QString dockOf(const QString& id)
{
    static const QHash<QString, QString> docks{
        {QStringLiteral("recipe"), dock_id::recipe},   {QStringLiteral("curves"), dock_id::curves},
        {QStringLiteral("per-step"), dock_id::step},   {QStringLiteral("equation"), dock_id::equation},
        {QStringLiteral("detail"), dock_id::detail},   {QStringLiteral("path"), dock_id::path},
        {QStringLiteral("session"), dock_id::session}, {QStringLiteral("words"), dock_id::words},
    };
    return docks.value(id);
}

}  // namespace

LessonLink::LessonLink(const Parts& parts) : QObject(&parts.window), m_parts(parts)
{
    panel().setLessons(lesson::findLessons(lesson::lessonFolders()));
    connect(&panel(), &LessonPanel::begun, this, &LessonLink::makeRoom);
}

LessonPanel& LessonLink::panel() const
{
    return m_parts.docks.content<LessonPanel>(dock_id::lesson);
}

void LessonLink::addAction(QMenu& menu, ActionRegistry& actions)
{
    connect(actions.add(menu, QStringLiteral("action.lessons"), tr("&Lessons"), {QKeySequence(Qt::Key_F3)},
                        tr("Lessons in this window: one idea, one picture, one question at a time.")),
            &QAction::triggered, this, &LessonLink::makeRoom);
}

/// Below the recipe, with the larger part of the column while it was closed.
void LessonLink::makeRoom()
{
    const bool wasClosed = m_parts.docks.dock(dock_id::lesson).isHidden();
    m_parts.docks.bringUp(dock_id::lesson);
    if (!wasClosed)
        return;
    const int height = m_parts.window.height();
    m_parts.window.resizeDocks({&m_parts.docks.dock(dock_id::recipe), &m_parts.docks.dock(dock_id::lesson)},
                               {height * recipeShare / 100, height * (100 - recipeShare) / 100},
                               Qt::Vertical);
}

QList<QWidget*> LessonLink::widgetsOf(const QString& control) const
{
    QList<QWidget*> found;
    for (const QString& name : objectNames().value(control))
        if (auto* widget = m_parts.window.findChild<QWidget*>(name))
            found.append(widget);
    // The options of a choice go with it.
    const QList<QWidget*> named = found;
    for (const QWidget* widget : named)
        if (widget->objectName().endsWith(QStringLiteral("Box")))
            for (QWidget* other : m_parts.window.findChildren<QWidget*>())
                if (other->objectName().startsWith(widget->objectName() + QLatin1Char('.')))
                    found.append(other);
    return found;
}

void LessonLink::offerComparison(ComparisonPage& comparison)
{
    panel().setHost({.widgetsOf = [this](const QString& control) { return widgetsOf(control); },
                     .bringUpDock = [this](const QString& dock) { m_parts.docks.bringUp(dockOf(dock)); },
                     .compare =
                         [&comparison](const std::vector<int>& runs) {
                             if (runs.size() < 2)
                                 comparison.leave();
                             else
                                 comparison.compareRuns(runs);
                         },
                     .comparedRun = [&comparison](int run) { return comparison.updateOf(run); }},
                    m_parts.settings);
}

}  // namespace diffuscope::ui
