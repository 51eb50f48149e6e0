// SPDX-License-Identifier: GPL-3.0-or-later
// A document over fake sampling with what keeps it in files.
#pragma once

#include "tests/support/fake_run.h"
#include "ui/document/session_document.h"
#include "ui/document/session_keeper.h"
#include "ui/engine/background_runs.h"
#include "ui/engine/sampling_service.h"

#include <QSettings>
#include <QTest>

#include <chrono>
#include <memory>
#include <thread>

namespace diffuscope::test {

/// Writing its session takes at least `writing`.
struct SessionBench
{
    explicit SessionBench(const QString& folder, const QString& modelHash = QStringLiteral("one"),
                          std::chrono::milliseconds writing = {})
        : settings(folder + QStringLiteral("/settings.ini"), QSettings::IniFormat),
          keeper(std::make_unique<ui::SessionKeeper>(ui::SessionKeeper::Parts{
              .document = document,
              .background = background,
              .settings = settings,
              .autosaveFolder = folder + QStringLiteral("/auto"),
              .program = QStringLiteral("test"),
              .hashModel = [hash = modelHash.toStdString(), writing](const std::string&) {
                  std::this_thread::sleep_for(writing);
                  return hash;
              }}))
    {
        document.setMergeWindow(std::chrono::milliseconds(0));
        keeper->setComputer(QStringLiteral("a fake"), 1);
    }

    bool sample(const recipe::Recipe& recipe)
    {
        document.loadRecipe(recipe);
        return waitForRun();
    }
    bool waitForRun()
    {
        return QTest::qWaitFor([this] {
            return document.state() == ui::RunState::finished &&
                   document.shownRun().plan() == document.session().planOf(document.currentRun());
        });
    }

    FakeSampling sampling;
    ui::SamplingService service{sampling.factory()};
    ui::SessionDocument document{service};
    ui::BackgroundRuns background{service};
    QSettings settings;
    std::unique_ptr<ui::SessionKeeper> keeper;
};

inline recipe::Recipe changed(recipe::Recipe recipe, double scale)
{
    recipe.guidance.scale = scale;
    return recipe;
}

}  // namespace diffuscope::test
