// SPDX-License-Identifier: GPL-3.0-or-later
// Models side by side: which are shown, what each is asked for, and what is said of the pictures.
#include "tests/ui/session_window.h"
#include "ui/experiments/model_row.h"
#include "ui/experiments/models_window.h"

#include <QMenu>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>

using namespace diffuscope;
using test::SessionWindow;

namespace {

/// Digits in four ways, and clothes.
QList<ui::ModelEntry> families()
{
    QList<ui::ModelEntry> models = test::twoModels();
    ui::ModelEntry vae = models.front(), student = models.front(), broken = models.front();
    vae.id = QStringLiteral("digits-vae");
    vae.network = QStringLiteral("vae");
    vae.usual = {"trailing", 1};
    student.id = QStringLiteral("digits-fast");
    student.usual = {"trailing", 4};
    student.guidance = 1;
    broken.id = QStringLiteral("broken");
    broken.problem = QStringLiteral("It is broken.");
    models << vae << student << broken;
    return models;
}

}  // namespace

class ModelsWindowTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void modelsOfTheSameClassesAreSampledFromOneSeed()
    {
        SessionWindow bench;
        bench.fixture.window->setModels(families(), {});
        bench.action("action.models").trigger();
        auto& window = bench.fixture.get<ui::ModelsWindow>("modelsWindow");
        QStringList ids;
        for (const ui::ModelRow* row : window.rows())
            ids.append(row->model().id);
        QCOMPARE(ids, QStringList({"mnist", "digits-fast", "digits-vae"}));
        QTRY_VERIFY(!window.isSampling());
        for (const ui::ModelRow* row : window.rows()) {
            QVERIFY2(row->hasResult(), qPrintable(row->model().id));
            QCOMPARE(row->recipe().seed, window.rows().front()->recipe().seed);
            QCOMPARE(row->recipe().batch, 40);
            QCOMPARE(row->recipe().condition.classes.size(), std::size_t(10));
            QVERIFY(row->figures().contains(QStringLiteral("variety")));
        }
        // The rival takes one step, from pure noise; the others take what the slider says.
        const auto& vae = window.rows().back()->recipe();
        QCOMPARE(vae.steps, 1);
        QCOMPARE(vae.grid.rule, std::string("trailing"));
        window.setSteps(3);
        QTRY_VERIFY(window.rows().front()->hasResult() && window.rows().front()->recipe().steps == 3);
        QTRY_VERIFY(!window.isSampling());
        QCOMPARE(window.rows()[1]->recipe().steps, 3);
        QCOMPARE(window.rows().back()->recipe().steps, 1);
        QCOMPARE(window.findChild<QSpinBox*>(QStringLiteral("modelsSteps"))->value(), 3);
    }

    void aRowOpensAsARunAndCanBeHidden()
    {
        SessionWindow bench;
        bench.fixture.window->setModels(families(), {});
        bench.action("action.models").trigger();
        auto& window = bench.fixture.get<ui::ModelsWindow>("modelsWindow");
        QTRY_VERIFY(!window.isSampling());
        const auto runs = bench.fixture.document->session().runs().size();
        window.rows()[1]->findChild<QPushButton*>()->click();
        QCOMPARE(bench.fixture.document->session().runs().size(), runs + 1);
        QCOMPARE(bench.fixture.recipe().model, std::string("digits-fast"));
        const QList<QAction*> choices =
            window.findChild<QToolButton*>(QStringLiteral("modelsChoice"))->menu()->actions();
        choices.at(2)->trigger();
        QTRY_COMPARE(window.rows().size(), std::size_t(2));
        QTRY_VERIFY(!window.isSampling());
        QVERIFY(window.rows().front()->hasResult());
    }

    void aModelThatCannotBeSampledSaysWhy()
    {
        SessionWindow bench;
        bench.fixture.window->setModels(families(), {});
        bench.fixture.sampling.failToStart(
            [] { throw Error(ErrorCode::invalidFile, "It is broken.", "Mend it."); });
        bench.action("action.models").trigger();
        auto& window = bench.fixture.get<ui::ModelsWindow>("modelsWindow");
        QTRY_VERIFY(!window.isSampling());
        for (const ui::ModelRow* row : window.rows())
            QVERIFY(!row->hasResult() && !row->findChild<QPushButton*>()->isEnabled());
        bench.fixture.sampling.clearFailures();
    }

    void anotherModelBringsItsUsualSettingsUnlessTheyWereChosen()
    {
        const QList<ui::ModelEntry> models = families();
        const ui::ModelEntry &digits = models[0], &student = models[3];
        recipe::Recipe recipe;
        recipe.steps = 20;
        ui::fitRecipe(recipe, student, &digits);
        QCOMPARE(recipe.steps, 4);
        QCOMPARE(recipe.grid.rule, std::string("trailing"));
        ui::fitRecipe(recipe, digits, &student);
        QCOMPARE(recipe.steps, 20);
        QCOMPARE(recipe.grid.rule, std::string("leading"));
        recipe.steps = 7;
        recipe.grid.rule = "karras";
        ui::fitRecipe(recipe, student, &digits);
        QCOMPARE(recipe.steps, 7);
        QCOMPARE(recipe.grid.rule, std::string("karras"));
    }
};

QTEST_MAIN(ModelsWindowTest)
#include "models_window_test.moc"
