// SPDX-License-Identifier: GPL-3.0-or-later
// A whole window over fake sampling that keeps its session in files.
#pragma once

#include "tests/ui/window_fixture.h"
#include "ui/document/session_keeper.h"
#include "ui/engine/background_runs.h"
#include "ui/session/session_tree_view.h"

#include <QAction>

namespace diffuscope::test {

/// A window that keeps its session in files.
struct SessionWindow
{
    SessionWindow() : background(*fixture.service), keeper(parts())
    {
        fixture.window->offerSession(keeper);
        fixture.showSampled(fakeRecipe(2, 10));
    }

    ui::SessionKeeper::Parts parts()
    {
        return {.document = *fixture.document,
                .background = background,
                .settings = *fixture.settings,
                .autosaveFolder = fixture.folder.filePath(QStringLiteral("auto")),
                .program = QStringLiteral("test"),
                .hashModel = {}};
    }
    bool waitForRun()
    {
        return QTest::qWaitFor([this] {
            const ui::SessionDocument& document = *fixture.document;
            return document.state() == ui::RunState::finished &&
                   document.shownRun().plan() == document.session().planOf(document.currentRun());
        });
    }
    ui::SessionTreeView& tree() { return fixture.get<ui::SessionTreeView>("sessionTree"); }
    QAction& action(const char* name) { return fixture.get<QAction>(name); }
    /// A branch at frame 6 with another guidance.
    void branch()
    {
        fixture.document->commitFrame(6);
        action("action.branch").trigger();
        recipe::Recipe recipe = fixture.recipe();
        recipe.guidance.scale = 4;
        fixture.document->setRecipe(recipe);
        if (!waitForRun())
            qFatal("The branch was not sampled.");
    }
    void compareBoth()
    {
        tree().selectAll();
        action("action.compareRuns").trigger();
    }

    WindowFixture fixture;
    ui::BackgroundRuns background;
    ui::SessionKeeper keeper;
};

}  // namespace diffuscope::test
