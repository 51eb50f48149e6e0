// SPDX-License-Identifier: GPL-3.0-or-later
// The exact field against numbers from elsewhere, and against what it must fulfil.
#include "core/model/exact/data_sets.h"
#include "core/model/exact/exact_field.h"
#include "core/model/exact/ode_density.h"
#include "core/schedule/schedule_registry.h"
#include "tests/core/file_fixture.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using namespace diffuscope::model;
using schedule::NoiseLevel;

namespace {

schedule::NoiseSchedule linear()
{
    return schedule::makeSchedule({"linear", {}});
}

/// Three bells that are no circles, two classes.
PointMixture tilted()
{
    return checkedMixture(
        {.dimensions = 2,
         .components = {{.weight = 0.5, .mean = {-1, 0.5}, .covariance = {0.3, 0.1, 0.2}, .label = 1},
                        {.weight = 0.3, .mean = {1.2, -0.3}, .covariance = {0.1, -0.05, 0.4}, .label = 0},
                        {.weight = 0.2, .mean = {0.1, 1.4}, .covariance = {0.2, 0, 0.2}, .label = 1}}},
        "the test's mixture");
}

void compare(double got, double expected, double tolerance, const QString& what)
{
    QVERIFY2(std::abs(got - expected) <= tolerance,
             qPrintable(
                 QString("%1 is %2, expected %3").arg(what).arg(got, 0, 'g', 14).arg(expected, 0, 'g', 14)));
}

}  // namespace

class ExactFieldTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void unequalPairHasTheNumbersOfTheTable_data();
    void unequalPairHasTheNumbersOfTheTable();
    void scoreIsTheGradientOfTheLogDensity();
    void densityIntegratesToOne();
    void estimateIsTweediesFormula();
    void endsOfTheScheduleAreExactToo();
    void posteriorCovarianceIsTheHessians();
    void classIsTheMixtureOfItsOwnComponents();
    void answersDoNotDependOnTheOtherPointsOrTheThreads();
    void farPointsStayFinite();
    void drawsHaveTheMomentsOfTheData_data();
    void drawsHaveTheMomentsOfTheData();
    void drawDependsOnSeedAndIndexAlone();
    void namesChooseDataAndOptions();
    void wrongNamesAreRefusedInWords();
    void odeDensityIsTheExactOne();
};

void ExactFieldTest::unequalPairHasTheNumbersOfTheTable_data()
{
    QTest::addColumn<int>("t");
    QTest::addColumn<QList<double>>("x");
    QTest::addColumn<QList<double>>("expected");  // log p, score, x0Hat
    using Row = QList<double>;
    QTest::newRow("0") << 0 << Row{.5, -.25}
                       << Row{-10.449142674564, 4.256786617512, 11.750042687049, .500450701822,
                              -.248837437914};
    QTest::newRow("250") << 250 << Row{.5, -.25}
                         << Row{-2.684973986757, -1.599559330456, -.186382837831, -.367696477387,
                                -.469741425536};
    QTest::newRow("250 at the small bell")
        << 250 << Row{1, 1}
        << Row{-3.222759914487, -.588792776890, -.588792776890, .994628226091, .994628226091};
    QTest::newRow("500") << 500 << Row{.5, -.25}
                         << Row{-2.067957404500, -.735507948020, .070958400262, -.639206772236,
                                -.661700773831};
    QTest::newRow("500 at the small bell")
        << 500 << Row{1, 1}
        << Row{-3.225553613857, -1.153645639313, -1.153645639313, -.229082689440, -.229082689440};
    QTest::newRow("999") << 999 << Row{1, 1}
                         << Row{-2.846770282138, -1.004441922331, -1.004441922331, -.692823988422,
                                -.692823988422};
}

void ExactFieldTest::unequalPairHasTheNumbersOfTheTable()
{
    QFETCH(int, t);
    QFETCH(QList<double>, x);
    QFETCH(QList<double>, expected);
    const ExactField field(exactData("exact:mixture"));
    const FieldValues values = field.evaluate(linear().level(t), std::vector<double>(x.begin(), x.end()));
    const std::vector<double> got{values.logDensity[0], values.score[0], values.score[1], values.x0Hat[0],
                                  values.x0Hat[1]};
    for (int i = 0; i < 5; ++i)
        compare(got[std::size_t(i)], expected[i], 1e-11, QString("number %1").arg(i));
}

void ExactFieldTest::scoreIsTheGradientOfTheLogDensity()
{
    const ExactField field(tilted());
    const NoiseLevel level{300, 0.8, 0.6};
    const double h = 1e-5;
    for (const auto& [x, y] : {std::pair{0.3, -0.2}, {1.1, 0.4}, {-0.7, -1.3}}) {
        const auto values = field.evaluate(level, std::vector{x, y, x + h, y, x - h, y, x, y + h, x, y - h});
        compare(values.score[0], (values.logDensity[1] - values.logDensity[2]) / (2 * h), 1e-8, "score x");
        compare(values.score[1], (values.logDensity[3] - values.logDensity[4]) / (2 * h), 1e-8, "score y");
    }
}

void ExactFieldTest::densityIntegratesToOne()
{
    const ExactField field(tilted());
    const FieldGrid grid{.left = -6, .bottom = -6, .right = 6, .top = 6, .columns = 241, .rows = 241};
    for (const int t : {0, 400, 999}) {
        const auto values = field.evaluate(linear().level(t), grid.points(2));
        double sum = 0;
        for (const double logDensity : values.logDensity)
            sum += std::exp(logDensity) * 0.05 * 0.05;
        compare(sum, 1, 1e-6, "the integral");
    }
}

void ExactFieldTest::estimateIsTweediesFormula()
{
    const ExactField field(tilted());
    for (const int t : {0, 10, 400, 999}) {
        const NoiseLevel level = linear().level(t);
        const auto values = field.evaluate(level, std::vector{0.4, -0.9});
        for (std::size_t d = 0; d < 2; ++d) {
            const double x = d == 0 ? 0.4 : -0.9;
            compare(values.x0Hat[d], (x + level.sigma * level.sigma * values.score[d]) / level.alpha, 1e-11,
                    "x0Hat");
        }
    }
}

void ExactFieldTest::endsOfTheScheduleAreExactToo()
{
    const PointMixture data = tilted();
    const ExactField field(data);
    const Moments moments = momentsOf(data);
    const auto noise = field.evaluate({999, 0, 1}, std::vector{0.7, -0.2});
    const auto clean = field.evaluate({0, 1, 0}, std::vector{0.7, -0.2});
    for (std::size_t d = 0; d < 2; ++d) {
        const double x = d == 0 ? 0.7 : -0.2;
        compare(noise.x0Hat[d], moments.mean[d], 1e-14, "the mean of the data");
        compare(noise.score[d], -x, 1e-14, "the score of noise");
        compare(clean.x0Hat[d], x, 1e-14, "the clean point");
    }
}

void ExactFieldTest::posteriorCovarianceIsTheHessians()
{
    const ExactField field(tilted());
    const NoiseLevel level = linear().level(350);
    const double h = 1e-5, s2 = level.sigma * level.sigma, a2 = level.alpha * level.alpha;
    const std::vector<double> point{0.2, 0.3};
    const auto covariance = field.posteriorCovariance(level, point);
    const auto near = field.evaluate(level, std::vector{point[0] + h, point[1], point[0] - h, point[1],
                                                        point[0], point[1] + h, point[0], point[1] - h});
    const double xx = (near.score[0] - near.score[2]) / (2 * h);
    const double xy = (near.score[1] - near.score[3]) / (2 * h);
    const double yy = (near.score[5] - near.score[7]) / (2 * h);
    compare(covariance[0], s2 / a2 * (1 + s2 * xx), 1e-7, "xx");
    compare(covariance[1], s2 / a2 * s2 * xy, 1e-7, "xy");
    compare(covariance[2], s2 / a2 * (1 + s2 * yy), 1e-7, "yy");
}

void ExactFieldTest::classIsTheMixtureOfItsOwnComponents()
{
    const PointMixture data = tilted();
    PointMixture own{.dimensions = 2, .components = {}};
    for (auto component : data.components)
        if (component.label == 1) {
            component.weight /= 0.7;
            own.components.push_back(component);
        }
    const ExactField all(data), part(checkedMixture(own, "class 1"));
    const std::vector<double> point{0.3, 0.8};
    const NoiseLevel level = linear().level(300);
    const auto conditional = all.evaluate(level, point, 1), expected = part.evaluate(level, point);
    compare(conditional.logDensity[0], expected.logDensity[0], 1e-13, "log p");
    compare(conditional.score[1], expected.score[1], 1e-13, "score");
    QVERIFY(std::abs(conditional.score[1] - all.evaluate(level, point).score[1]) > 1e-3);
    QVERIFY(test::refusalOf([&] { all.evaluate(level, point, 2); }).contains("no class 2"));
}

void ExactFieldTest::answersDoNotDependOnTheOtherPointsOrTheThreads()
{
    const ExactField field(exactData("exact:moons"));
    const PointSet points = drawPoints(field.mixture(), 1001, 3);
    const NoiseLevel level = linear().level(120);
    const auto one = field.evaluate(level, points.values, -1, 1),
               four = field.evaluate(level, points.values, -1, 4);
    QCOMPARE(one.logDensity, four.logDensity);
    QCOMPARE(one.x0Hat, four.x0Hat);
    const auto alone = field.evaluate(level, points.point(777));
    QCOMPARE(alone.score[0], one.score[2 * 777]);
    QCOMPARE(alone.score[1], one.score[2 * 777 + 1]);
}

void ExactFieldTest::farPointsStayFinite()
{
    const ExactField field(exactData("exact:moons:width=0.001"));
    const auto values = field.evaluate({0, 1, 0}, std::vector{1e4, -1e4});
    QVERIFY(std::isfinite(values.logDensity[0]));
    QVERIFY(std::isfinite(values.score[0]) && std::isfinite(values.score[1]));
    compare(values.x0Hat[0], 1e4, 1e-6, "x0Hat");
}

void ExactFieldTest::drawsHaveTheMomentsOfTheData_data()
{
    QTest::addColumn<QString>("id");
    for (const auto& set : dataSets())
        QTest::newRow(set.id.c_str()) << QString::fromStdString(set.id);
}

void ExactFieldTest::drawsHaveTheMomentsOfTheData()
{
    QFETCH(QString, id);
    const PointMixture data = exactData("exact:" + id.toStdString());
    const Moments moments = momentsOf(data);
    const std::size_t count = 20'000;
    const PointSet points = drawPoints(data, count, 11);
    const auto extent = extentOf(data);
    double sum = 0, squares = 0;
    std::size_t outside = 0;
    for (std::size_t k = 0; k < count; ++k) {
        const double x = points.point(k)[0];
        sum += x;
        squares += (x - moments.mean[0]) * (x - moments.mean[0]);
        outside += x < extent[0] || x > extent[2] ? 1 : 0;
    }
    const double sd = std::sqrt(moments.covariance[0]);
    compare(sum / double(count), moments.mean[0], 5 * sd / std::sqrt(double(count)), "mean");
    compare(squares / double(count), moments.covariance[0], 0.05 * moments.covariance[0], "variance");
    QVERIFY(outside < count / 200);
    // x ≲ 6 wide: noise of standard deviation 1 hides all of them at the end of a schedule.
    QVERIFY(extent[0] > -8 && extent[2] < 8);
}

void ExactFieldTest::drawDependsOnSeedAndIndexAlone()
{
    const PointMixture data = exactData("exact:pinwheel");
    const PointSet few = drawPoints(data, 10, 5), many = drawPoints(data, 100, 5),
                   other = drawPoints(data, 10, 6);
    QVERIFY(std::equal(few.values.begin(), few.values.end(), many.values.begin()));
    QVERIFY(few.values != other.values);
    for (const int label : drawPoints(data, 50, 1, 3).labels)
        QCOMPARE(label, 3);
}

void ExactFieldTest::namesChooseDataAndOptions()
{
    const PointMixture gaussian = exactData("exact:gaussian:sd=0.5");
    QCOMPARE(gaussian.dimensions, 1);
    QCOMPARE(gaussian.components.front().covariance[0], 0.25);
    QCOMPARE(exactData("exact:gaussian:sd=0.5,dim=2").dimensions, 2);
    const PointMixture pair = exactData("exact:pair:mean=1,sd=0.2,weight=0.85");
    QCOMPARE(pair.components[0].mean[0], -1.0);
    QCOMPARE(pair.components[0].weight, 0.85);
    QCOMPARE(exactData("exact:8gaussians").components.size(), std::size_t(8));
    QCOMPARE(exactData("exact:moons:noise=0.3").components.front().covariance[0], 0.3 * 0.3);
    QCOMPARE(exactData("exact:text:word=AB").classes(), 2);
    QCOMPARE(canonicalExactName(parsedExactName("exact:Two-Moons:width=0.2,points=100")),
             std::string("exact:moons:points=100"));
    QCOMPARE(parsedExactName("exact:file:/a:b/points.csv:width=0.05").path, std::string("/a:b/points.csv"));
    QCOMPARE(parsedExactName("exact:file:a=b/points.csv").path, std::string("a=b/points.csv"));
}

void ExactFieldTest::wrongNamesAreRefusedInWords()
{
    const auto said = [](const char* name) { return test::refusalOf([&] { exactData(std::string(name)); }); };
    QVERIFY2(said("exact:mons").contains("Did you mean exact:moons?"), qPrintable(said("exact:mons")));
    QVERIFY(said("exact:").contains("There is no exact model"));
    QVERIFY(said("exact:moons:width=0").contains("width"));
    QVERIFY(said("exact:moons:width=-1").contains("width"));
    QVERIFY(said("exact:moons:with=1").contains("it has width, points"));
    QVERIFY(said("exact:gaussian:sd=nan").contains("sd"));
    QVERIFY(said("exact:gaussian:0.5").contains("option=value"));
    QVERIFY(said("exact:text:word=").contains("no word"));
    QVERIFY(said("exact:text:word=a%b").contains("character 2"));
    QVERIFY(said("exact:file:").contains("needs the path"));
    QVERIFY(said("exact:file:nowhere.csv").contains("nowhere.csv cannot be read"));
    QVERIFY(said("exact:file:a.csv:width=0").contains("above 0"));
}

void ExactFieldTest::odeDensityIsTheExactOne()
{
    // With data of variance 1 the prior is exact at every level.
    const ExactField unit(exactData("exact:gaussian:sd=1"));
    const auto schedule = linear();
    const std::vector<double> point{0.7};
    const OdeDensity same = odeDensity(unit, schedule, schedule.level(0), point, 1600);
    compare(same.logDensity, same.exact, 1e-10, "log p of N(0, 1)");
    const ExactField pair(exactData("exact:mixture"));
    const std::vector<double> place{0.2, -0.4};
    const OdeDensity density = odeDensity(pair, schedule, schedule.level(300), place, 800);
    // What is left is that the last level of this schedule still has signal: alphaBar 4e-5 of mean 0.7.
    compare(density.logDensity, density.exact, 0.02, "log p of the mixture");
    QVERIFY(density.logDensity != density.exact);
    for (std::size_t d = 0; d < 2; ++d)
        compare(density.back[d], place[d], 1e-8, "the way back");
    QVERIFY(test::refusalOf([&] { odeDensity(pair, schedule, {0, 1, 0}, place); }).contains("with noise"));
}

QTEST_GUILESS_MAIN(ExactFieldTest)
#include "exact_field_test.moc"
