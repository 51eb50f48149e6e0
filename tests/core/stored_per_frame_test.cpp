// SPDX-License-Identifier: GPL-3.0-or-later
// How many quantities a frame of a run will store, from which the memory budget follows.
#include "core/run/recipe_checks.h"

#include <QTest>

using namespace diffuscope;
using std::string_literals::operator""s;

class StoredPerFrameTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void churnStoresTheNoiseToo();
    void weightIsReadInTheRecipesConvention_data();
    void weightIsReadInTheRecipesConvention();
};

void StoredPerFrameTest::churnStoresTheNoiseToo()
{
    recipe::Recipe recipe;
    recipe.sampler = {"euler", {}};
    const int plain = run::storedPerFrame(recipe);
    // The estimate is of a state with more noise than the recorded one, so the noise does not follow from it.
    recipe.sampler.options = {{"churn", 20.0}};
    QCOMPARE(run::storedPerFrame(recipe), plain + 1);
    // Added late, the noise leaves the estimate one of the recorded state.
    recipe.sampler.options["late_churn"] = true;
    QCOMPARE(run::storedPerFrame(recipe), plain);
}

void StoredPerFrameTest::weightIsReadInTheRecipesConvention_data()
{
    QTest::addColumn<double>("scale");
    QTest::addColumn<QString>("convention");
    QTest::addColumn<QString>("curve");
    QTest::addColumn<int>("further");  ///< beside the state and the guided estimate
    const auto row = [](const char* name, double scale, const char* convention, const char* curve,
                        int further) { QTest::newRow(name) << scale << convention << curve << further; };
    // Where |w| >= 1 the conditional estimate follows from the two others.
    row("w = 3", 3, "cfg", "", 1);
    row("w = 0.5", 0.5, "cfg", "", 2);
    row("w' = 0.5 is w = 1.5", 0.5, "ho_salimans", "", 1);
    row("w' = -1.5 is w = -0.5", -1.5, "ho_salimans", "", 2);
    row("w by a curve may be small", 3, "cfg", "0:0, 1:1", 2);
}

void StoredPerFrameTest::weightIsReadInTheRecipesConvention()
{
    QFETCH(double, scale);
    QFETCH(QString, convention);
    QFETCH(QString, curve);
    QFETCH(int, further);
    recipe::Recipe recipe;
    recipe.sampler = {"ddim", {}};
    recipe.condition.classes.clear();
    const int unguided = run::storedPerFrame(recipe);
    recipe.condition.classes = {3};
    recipe.guidance = {.rule = "cfg",
                       .scale = scale,
                       .options = {{"convention", convention.toStdString()}, {"curve", curve.toStdString()}}};
    QCOMPARE(run::storedPerFrame(recipe), unguided + further);
}

QTEST_GUILESS_MAIN(StoredPerFrameTest)
#include "stored_per_frame_test.moc"
