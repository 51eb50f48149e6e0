// SPDX-License-Identifier: GPL-3.0-or-later
// The samplers' own errors on data that is known exactly, to ten digits, through the samplers themselves.
#include "core/measure/point_distances.h"
#include "core/measure/sampler_error.h"
#include "core/model/exact/data_sets.h"
#include "core/schedule/schedule_registry.h"
#include "tests/core/file_fixture.h"

#include <QTest>

#include <chrono>
#include <cmath>

using namespace diffuscope;
using namespace diffuscope::measure;

namespace {

std::shared_ptr<const model::ExactField> fieldOf(const std::string& name)
{
    return std::make_shared<const model::ExactField>(model::exactData(name));
}

recipe::Recipe recipeOf(const std::string& sampler, int steps)
{
    recipe::Recipe recipe;
    recipe.condition = recipe::Condition::none();
    recipe.sampler = {sampler, {}};
    recipe.clipping = {.rule = "none", .options = {}};
    recipe.steps = steps;
    return recipe;
}

void near(double got, double expected, double tolerance)
{
    QVERIFY2(std::abs(got - expected) <= tolerance,
             qPrintable(QString("%1, expected %2").arg(got, 0, 'g', 14).arg(expected, 0, 'g', 14)));
}

}  // namespace

class SamplerErrorTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ddimAndAncestralHaveTheSpreadOfTheTable_data();
    void ddimAndAncestralHaveTheSpreadOfTheTable();
    void karrasEulerAndHeunHaveTheSpreadOfTheTable_data();
    void karrasEulerAndHeunHaveTheSpreadOfTheTable();
    void flowEulerHasTheSpreadOfTheTable_data();
    void flowEulerHasTheSpreadOfTheTable();
    void pairHasTheDistancesOfTheTable_data();
    void pairHasTheDistancesOfTheTable();
    void flowOnThePairHasTheDistancesOfTheTable_data();
    void flowOnThePairHasTheDistancesOfTheTable();
    void pointDependsOnSeedAndIndexAlone();
    void classesAndGuidanceAreTheRecipes();
    void samplesOfManyStepsAreTheData();
    void wrongRecipesAreRefused();
    void quantileOfTheNormalDistribution();
};

void SamplerErrorTest::ddimAndAncestralHaveTheSpreadOfTheTable_data()
{
    QTest::addColumn<QByteArray>("sd");
    QTest::addColumn<int>("steps");
    QTest::addColumn<double>("ddim");
    QTest::addColumn<double>("ancestral");
    const struct
    {
        const char* sd;
        int steps;
        double ddim, ancestral;
    } rows[] = {{"0.5", 5, .269332849753, .247835496135},
                {"0.5", 10, .374128493791, .333263113452},
                {"0.5", 20, .433734422246, .391464453180},
                {"0.5", 50, .472439113028, .444122857984},
                {"0.5", 100, .485980567320, .468255875515},
                {"0.5", 250, .494285797639, .485837637083},
                {"0.5", 1000, .498495282996, .496110079882},
                {"1", 5, .684150977279, .601110695783},
                {"1", 10, .831695876828, .740410251302},
                {"1", 20, .912531707761, .843045620986},
                {"1", 50, .964079271455, .925977272361},
                {"1", 100, .981850834570, .959999565021},
                {"1", 1000, .998124293998, .995523669409},
                {"2", 10, 1.719879489535, 1.545738984738},
                {"2", 50, 1.940627486965, 1.885441365180},
                {"2", 1000, 1.996852215295, 1.993684170243},
                {"0.25", 10, .146397399116, 0},
                {"0.25", 50, .225558112875, 0},
                {"0.25", 1000, .248530942965, 0}};
    for (const auto& row : rows)
        QTest::addRow("s = %s, %d steps", row.sd, row.steps)
            << QByteArray(row.sd) << row.steps << row.ddim << row.ancestral;
}

void SamplerErrorTest::ddimAndAncestralHaveTheSpreadOfTheTable()
{
    QFETCH(QByteArray, sd);
    QFETCH(int, steps);
    QFETCH(double, ddim);
    QFETCH(double, ancestral);
    const auto field = fieldOf("exact:gaussian:sd=" + sd.toStdString());
    recipe::Recipe recipe = recipeOf("ddim", steps);
    near(responseTo(field, recipe).sd(), ddim, 1e-9);
    QCOMPARE(responseTo(field, recipe).evaluations, steps);
    if (ancestral == 0)
        return;
    recipe.sampler.options["eta"] = 1.0;
    near(responseTo(field, recipe).sd(), ancestral, 1e-9);
}

void SamplerErrorTest::karrasEulerAndHeunHaveTheSpreadOfTheTable_data()
{
    QTest::addColumn<int>("steps");
    QTest::addColumn<double>("euler");
    QTest::addColumn<double>("heun");
    QTest::newRow("5") << 5 << .233628931608 << 1.257886307670;
    QTest::newRow("10") << 10 << .365213065063 << .609798000799;
    QTest::newRow("18") << 18 << .423031436408 << .527624637001;
    QTest::newRow("40") << 40 << .464850774486 << .504876864654;
}

void SamplerErrorTest::karrasEulerAndHeunHaveTheSpreadOfTheTable()
{
    QFETCH(int, steps);
    QFETCH(double, euler);
    QFETCH(double, heun);
    const auto field = fieldOf("exact:gaussian:sd=0.5");
    recipe::Recipe recipe = recipeOf("euler", steps);
    recipe.grid = {"karras", {{"rho", 7.0}, {"sigma_max", 80.0}, {"sigma_min", 0.002}}};
    // The table's state is x/alpha with sd 80; here it is x, so alpha·80.
    const double start = 80 / std::sqrt(1 + 80.0 * 80.0);
    near(responseTo(field, recipe).sd(start), euler, 1e-9);
    recipe.sampler = {"heun", {}};
    near(responseTo(field, recipe).sd(start), heun, 1e-9);
    QCOMPARE(responseTo(field, recipe).evaluations, 2 * steps - 1);
}

void SamplerErrorTest::flowEulerHasTheSpreadOfTheTable_data()
{
    QTest::addColumn<int>("steps");
    QTest::addColumn<double>("half");
    QTest::addColumn<double>("two");
    QTest::newRow("1") << 1 << 0.0 << 0.0;
    QTest::newRow("2") << 2 << .2 << .8;
    QTest::newRow("4") << 4 << .340540540541 << 1.362162162162;
    QTest::newRow("8") << 8 << .414784554481 << 1.659138217926;
    QTest::newRow("16") << 16 << .455683093392 << 1.822732373567;
    QTest::newRow("32") << 32 << .477363570075 << 1.909454280299;
    QTest::newRow("64") << 64 << .488555294687 << 1.954221178749;
}

void SamplerErrorTest::flowEulerHasTheSpreadOfTheTable()
{
    QFETCH(int, steps);
    QFETCH(double, half);
    QFETCH(double, two);
    recipe::Recipe recipe = recipeOf("flow_euler", steps);
    recipe.schedule = schedule::ScheduleSpec{"rectified_flow", {}};
    recipe.grid = {"trailing", {{"fractional", true}}};  // u = 1, 1 − 1/N, …, 0
    near(responseTo(fieldOf("exact:gaussian:sd=0.5"), recipe).sd(), half, 1e-9);
    near(responseTo(fieldOf("exact:gaussian:sd=2"), recipe).sd(), two, 1e-9);
}

void SamplerErrorTest::pairHasTheDistancesOfTheTable_data()
{
    QTest::addColumn<int>("steps");
    QTest::addColumn<double>("w1");
    QTest::addColumn<double>("w2");
    QTest::addColumn<double>("unequalW2");
    QTest::addColumn<double>("mass");
    QTest::newRow("1") << 1 << .3973 << .4590 << .9023 << .4993;
    QTest::newRow("2") << 2 << .7541 << .7558 << .5835 << .0037;
    QTest::newRow("5") << 5 << .2528 << .2871 << .2818 << .1082;
    QTest::newRow("10") << 10 << .0731 << .1100 << .1699 << .1321;
    QTest::newRow("20") << 20 << .0342 << .0501 << .1063 << .1419;
    QTest::newRow("50") << 50 << .01447 << .02075 << .0491 << .1475;
    QTest::newRow("100") << 100 << .00749 << .01066 << .0224 << .1493;
    QTest::newRow("250") << 250 << .00313 << .00442 << .0128 << .1503;
    QTest::newRow("1000") << 1000 << .00090 << .00124 << .0226 << .1508;
}

void SamplerErrorTest::pairHasTheDistancesOfTheTable()
{
    QFETCH(int, steps);
    QFETCH(double, w1);
    QFETCH(double, w2);
    QFETCH(double, unequalW2);
    QFETCH(double, mass);
    const recipe::Recipe recipe = recipeOf("ddim", steps);
    // Half a unit of the table's last digit.
    const double digits = steps < 50 ? 5.1e-5 : 5.1e-6;
    const LineError equal = lineError(fieldOf("exact:pair:mean=1,sd=0.2"), recipe);
    near(equal.w1, w1, digits);
    near(equal.w2, w2, digits);
    const LineError unequal = lineError(fieldOf("exact:pair:mean=1,sd=0.2,weight=0.85"), recipe);
    near(unequal.w2, unequalW2, 5.1e-5);
    near(unequal.massAbove, mass, 1.1e-4);
}

void SamplerErrorTest::flowOnThePairHasTheDistancesOfTheTable_data()
{
    QTest::addColumn<int>("steps");
    QTest::addColumn<double>("w2");
    QTest::newRow("1") << 1 << 1.0198;
    QTest::newRow("2") << 2 << .4602;
    QTest::newRow("4") << 4 << .1497;
    QTest::newRow("8") << 8 << .0697;
    QTest::newRow("16") << 16 << .0357;
    QTest::newRow("32") << 32 << .0181;
    QTest::newRow("64") << 64 << .0091;
    QTest::newRow("128") << 128 << .0046;
}

void SamplerErrorTest::flowOnThePairHasTheDistancesOfTheTable()
{
    QFETCH(int, steps);
    QFETCH(double, w2);
    recipe::Recipe recipe = recipeOf("flow_euler", steps);
    recipe.schedule = schedule::ScheduleSpec{"rectified_flow", {}};
    recipe.grid = {"trailing", {{"fractional", true}}};  // u = 1, 1 − 1/N, …, 0
    near(lineError(fieldOf("exact:pair:mean=1,sd=0.2"), recipe).w2, w2, 5.1e-5);
}

void SamplerErrorTest::pointDependsOnSeedAndIndexAlone()
{
    const auto field = fieldOf("exact:moons");
    recipe::Recipe recipe = recipeOf("ddpm", 10);
    recipe.batch = 5;
    const auto few = run::samplePoints(field, recipe);
    recipe.batch = 300;
    run::PointOptions options;
    options.threads = 2;
    const auto many = run::samplePoints(field, recipe, options);
    QVERIFY(std::equal(few.samples.begin(), few.samples.end(), many.samples.begin()));
    recipe.seed = 2;
    QVERIFY(run::samplePoints(field, recipe).samples != many.samples);
}

void SamplerErrorTest::classesAndGuidanceAreTheRecipes()
{
    const auto field = fieldOf("exact:pair:mean=1,sd=0.2");
    recipe::Recipe recipe = recipeOf("ddim", 50);
    recipe.batch = 200;
    recipe.condition.classes = {0, 1};
    recipe.guidance.scale = 1;
    const auto plain = run::samplePoints(field, recipe);
    recipe.guidance.scale = 3;
    const auto guided = run::samplePoints(field, recipe);
    double plainMean = 0, guidedMean = 0;
    for (std::size_t k = 0; k < 200; ++k) {
        QCOMPARE(plain.labels[k], int(k % 2));
        QVERIFY((plain.samples[k] > 0) == (k % 2 == 1));
        plainMean += std::abs(plain.samples[k]) / 200;
        guidedMean += std::abs(guided.samples[k]) / 200;
    }
    near(plainMean, 1, 0.06);
    QVERIFY(guidedMean > plainMean + 0.005);  // guidance overshoots the class's own mean
}

void SamplerErrorTest::samplesOfManyStepsAreTheData()
{
    recipe::Recipe recipe = recipeOf("ddim", 50);
    recipe.batch = 2000;
    run::PointOptions options;
    options.keepsStates = true;
    const auto field = fieldOf("exact:eight_gaussians");
    const auto run = run::samplePoints(field, recipe, options);
    QCOMPARE(run.states.size(), std::size_t(51));
    QCOMPARE(run.x0Hats.size(), std::size_t(50));
    QCOMPARE(run.states.back(), run.samples);
    const auto exact = model::drawPoints(field->mixture(), 2000, 9).values;
    QVERIFY(slicedWasserstein({2, run.samples}, {2, exact}) < 0.2);
}

void SamplerErrorTest::wrongRecipesAreRefused()
{
    const auto field = fieldOf("exact:moons");
    const auto said = [&](const recipe::Recipe& recipe, const run::PointOptions& options = {}) {
        return test::refusalOf([&] { run::samplePoints(field, recipe, options); });
    };
    recipe::Recipe recipe = recipeOf("ddim", 10);
    run::PointOptions options;
    options.start = {1, 2, 3};
    QVERIFY(said(recipe, options).contains("another dimension"));
    recipe.condition.classes = {5};
    QVERIFY(said(recipe).contains("no class 5"));
    recipe.condition = recipe::Condition::prompt("a moon");
    QVERIFY(said(recipe).contains("no prompt"));
    recipe = recipeOf("ddim", 10);
    recipe.batch = 0;
    QVERIFY(said(recipe).contains("from 1 to"));
    recipe = recipeOf("ddim", 10);
    recipe.guidance.rule = "autoguidance";
    QVERIFY(said(recipe).contains("second network"));
}

void SamplerErrorTest::quantileOfTheNormalDistribution()
{
    near(normalQuantile(0.975), 1.959963984540054, 1e-14);
    near(normalQuantile(0.5), 0, 1e-15);
    near(normalQuantile(1e-5), -4.264890793922825, 1e-12);
}

QTEST_GUILESS_MAIN(SamplerErrorTest)
#include "sampler_error_test.moc"
