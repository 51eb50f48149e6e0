// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/dock_table.h"

#include "ui/equation/step_equation_view.h"
#include "ui/lessons/lesson_panel.h"
#include "ui/plots/curves_view.h"
#include "ui/plots/detail_plot.h"
#include "ui/plots/path_plot.h"
#include "ui/plots/step_plot.h"
#include "ui/recipe/recipe_panel.h"
#include "ui/session/session_panel.h"
#include "ui/words/words_view.h"

namespace diffuscope::ui {

namespace {

/// Lines of text of a column: from so many on three docks stand in it one below the other; with fewer than
/// so many, one plot alone has room.
constexpr int roomyLines = 74, crampedLines = 36;

template <typename View>
std::function<QWidget*()> maker(SessionDocument& document)
{
    return [&document] { return new View(document); };
}

}  // namespace

/// Detail, path and words share the place of the per-step plot; the equation stands below it, behind it
/// where that would leave both too small. Where even two plots would be, they share the place of the curves.
std::vector<DockSpec> dockTable(SessionDocument& document)
{
    const auto left = Qt::LeftDockWidgetArea, right = Qt::RightDockWidgetArea;
    return {
        {dock_id::recipe, Docks::tr("Recipe"), left, 1, 0, 64, maker<RecipePanel>(document)},
        {dock_id::curves, Docks::tr("Curves"), right, 1, 0, 36, maker<CurvesView>(document)},
        {dock_id::step, Docks::tr("Per Step"), right, 2, crampedLines, 30, maker<StepPlot>(document)},
        {dock_id::equation, Docks::tr("Step Equation"), right, 3, roomyLines, 36,
         maker<StepEquationView>(document)},
        {dock_id::detail, Docks::tr("Detail"), right, 2, crampedLines, 30, maker<DetailPlot>(document)},
        {dock_id::path, Docks::tr("Path"), right, 2, crampedLines, 30, maker<PathPlot>(document)},
        {dock_id::session, Docks::tr("Session"), left, 2, roomyLines, 36, maker<SessionPanel>(document)},
        {dock_id::lesson, Docks::tr("Lesson"), left, 3, 0, 52, maker<LessonPanel>(document), false},
        {dock_id::words, Docks::tr("Words"), right, 2, crampedLines, 30, maker<WordsView>(document), false},
    };
}

}  // namespace diffuscope::ui
