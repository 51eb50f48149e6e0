// SPDX-License-Identifier: GPL-3.0-or-later
// One reverse step on a line: the exact conditional, the Gaussians beside it, and where tops merge.
#include "core/model/exact/data_sets.h"
#include "core/model/exact/reverse_conditional.h"
#include "core/schedule/schedule_registry.h"
#include "tests/core/file_fixture.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using namespace diffuscope::model;

namespace {

std::vector<schedule::NoiseLevel> levelsOf(const schedule::ScheduleSpec& spec)
{
    const auto schedule = schedule::makeSchedule(spec);
    std::vector<schedule::NoiseLevel> levels;
    for (int t = 0; t < schedule.levels(); ++t)
        levels.push_back(schedule.level(t));
    return levels;
}

bool isNear(double got, double expected, double tolerance)
{
    if (std::abs(got - expected) <= tolerance)
        return true;
    qWarning("%.14g is not near %.14g", got, expected);
    return false;
}

}  // namespace

class ReverseConditionalTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void conditionalIsBayesRule();
    void meanIsThatOfDdpm();
    void distancesOfTwoGaussiansAreKnown();
    void distanceOfAPointIsTotal();
    void smallStepsAreGaussian();
    void singleGaussianIsAlwaysGaussian();
    void topsMergeWhereTheTableSays_data();
    void topsMergeWhereTheTableSays();
    void constantBetasMergeAtStep138();
    void quantilesAreThoseOfTheDensity();
    void wrongLevelsAndDataAreRefused();
};

void ReverseConditionalTest::conditionalIsBayesRule()
{
    const ExactField field(exactData("exact:pair:mean=1,sd=0.2,weight=0.85"));
    const auto levels = levelsOf({"linear", {}});
    const auto &from = levels[400], &to = levels[350];
    const double x = 0.1, a = from.alpha / to.alpha;
    const double added = from.sigma * from.sigma - a * a * to.sigma * to.sigma;
    const ReverseConditional exact = reverseConditional(field, from, to, x);
    const double here = field.evaluate(from, std::span(&x, 1)).logDensity[0];
    for (const double y : {-1.2, -0.4, 0.0, 0.3, 0.9}) {
        const double prior = field.evaluate(to, std::span(&y, 1)).logDensity[0];
        const double step = -(x - a * y) * (x - a * y) / (2 * added) - 0.5 * std::log(2 * M_PI * added);
        QVERIFY(isNear(exact.density(y), std::exp(prior + step - here), 1e-12));
    }
}

void ReverseConditionalTest::meanIsThatOfDdpm()
{
    const ExactField field(exactData("exact:pair:mean=1,sd=0.2"));
    const auto levels = levelsOf({"linear", {}});
    for (const double x : {-1.5, 0.2, 0.7})
        QVERIFY(isNear(reverseConditional(field, levels[300], levels[200], x).mean(),
                       samplersGaussian(field, levels[300], levels[200], x).mean, 1e-12));
}

void ReverseConditionalTest::distancesOfTwoGaussiansAreKnown()
{
    const ReverseConditional unit{{1}, {0}, {1}};
    const auto moved = distanceBetween(unit, {1, 1});
    QVERIFY(isNear(moved.totalVariation, std::erf(0.5 / std::sqrt(2.0)), 1e-10));
    QVERIFY(isNear(moved.divergence, 0.5, 1e-10));
    const auto wider = distanceBetween(unit, {0, 4});
    QVERIFY(isNear(wider.divergence, std::log(2.0) + 1.0 / 8 - 0.5, 1e-10));
    const double cross = std::sqrt(8.0 / 3 * std::log(2.0));  // where the two densities are equal
    QVERIFY(isNear(wider.totalVariation,
                   std::erf(cross / std::sqrt(2.0)) - std::erf(cross / 2 / std::sqrt(2.0)), 1e-10));
    QVERIFY(isNear(distanceBetween(unit, {0, 1}).totalVariation, 0, 1e-10));
}

void ReverseConditionalTest::distanceOfAPointIsTotal()
{
    const auto distance = distanceBetween({{1}, {0}, {1}}, {0, 0});
    QCOMPARE(distance.totalVariation, 1.0);
    QVERIFY(std::isinf(distance.divergence));
}

/// The more steps, the nearer each reverse step is to a Gaussian: why diffusion takes small ones.
void ReverseConditionalTest::smallStepsAreGaussian()
{
    const ExactField field(exactData("exact:pair:mean=1,sd=0.2"));
    const auto levels = levelsOf({"linear", {}});
    double last = 1;
    for (const int stride : {400, 200, 50, 10, 1}) {
        const auto exact = reverseConditional(field, levels[500], levels[std::size_t(500 - stride)], 0.05);
        const double variation = distanceBetween(exact, {exact.mean(), exact.variance()}).totalVariation;
        QVERIFY2(variation < last, qPrintable(QString("%1 at stride %2").arg(variation).arg(stride)));
        last = variation;
    }
    QVERIFY(last < 1e-4);
    const auto along = distancesAlong(field, std::vector{levels[900], levels[500], levels[100]}, 1, 8);
    QCOMPARE(along.size(), std::size_t(2));
    QVERIFY(along[1].ofMoments.totalVariation > along[0].ofMoments.totalVariation);
    QVERIFY(along[1].ofSampler.totalVariation >= along[1].ofMoments.totalVariation);
}

void ReverseConditionalTest::singleGaussianIsAlwaysGaussian()
{
    const ExactField field(exactData("exact:gaussian:sd=0.5"));
    const auto levels = levelsOf({"linear", {}});
    const auto exact = reverseConditional(field, levels[800], levels[10], 0.4);
    QVERIFY(distanceBetween(exact, {exact.mean(), exact.variance()}).totalVariation < 1e-12);
}

void ReverseConditionalTest::topsMergeWhereTheTableSays_data()
{
    QTest::addColumn<double>("mean");
    QTest::addColumn<double>("sd");
    QTest::addColumn<QString>("family");
    QTest::addColumn<int>("expected");
    const struct
    {
        double mean, sd;
        int linear, scaled, cosine;
    } rows[] = {
        {1, .2, 255, 348, 489}, {1, .5, 232, 312, 450}, {3, .5, 472, 670, 790}, {4, 1, 522, 737, 837}};
    for (const auto& row : rows) {
        const auto name = [&](const char* family) {
            return QString("%1, %2, %3").arg(row.mean).arg(row.sd).arg(family).toUtf8();
        };
        QTest::newRow(name("linear")) << row.mean << row.sd << "linear" << row.linear;
        QTest::newRow(name("scaled_linear")) << row.mean << row.sd << "scaled_linear" << row.scaled;
        QTest::newRow(name("cosine")) << row.mean << row.sd << "cosine" << row.cosine;
    }
}

void ReverseConditionalTest::topsMergeWhereTheTableSays()
{
    QFETCH(double, mean);
    QFETCH(double, sd);
    QFETCH(QString, family);
    QFETCH(int, expected);
    const auto levels = levelsOf({family.toStdString(), {}});
    const ExactField field(
        exactData("exact:pair:mean=" + std::to_string(mean) + ",sd=" + std::to_string(sd)));
    QCOMPARE(firstUnimodalLevel(field, levels), expected);
    const double merging = mergingAlphaBar(mean, sd);
    QVERIFY(levels[std::size_t(expected - 1)].alphaBar() > merging);
    QVERIFY(levels[std::size_t(expected)].alphaBar() <= merging);
}

void ReverseConditionalTest::constantBetasMergeAtStep138()
{
    const auto levels = levelsOf({"constant", {{"beta_end", 0.02}, {"levels", 250.0}}});
    QVERIFY(isNear(levels.back().alphaBar(), 0.006405, 1e-6));
    // Step 138 is index 137.
    QCOMPARE(firstUnimodalLevel(ExactField(exactData("exact:pair:mean=4,sd=1")), levels), 137);
}

void ReverseConditionalTest::quantilesAreThoseOfTheDensity()
{
    const ExactField field(exactData("exact:pair:mean=1,sd=0.2,weight=0.85"));
    const auto quantiles = quantilesOf(field, {0, 1, 0}, 100);
    // 85 of 100 belong to the left bell, whose own quantiles they are.
    QVERIFY(quantiles[84] < 0 && quantiles[85] > 0);
    QVERIFY(isNear(0.85 * 0.5 * std::erfc(-(quantiles[10] + 1) / 0.2 / std::sqrt(2.0)), 0.105, 1e-12));
    QVERIFY(std::is_sorted(quantiles.begin(), quantiles.end()));
}

void ReverseConditionalTest::wrongLevelsAndDataAreRefused()
{
    const auto levels = levelsOf({"linear", {}});
    const ExactField line(exactData("exact:pair")), plane(exactData("exact:moons"));
    QVERIFY(
        test::refusalOf([&] { reverseConditional(line, levels[10], levels[20], 0); }).contains("noisier"));
    QVERIFY(
        test::refusalOf([&] { reverseConditional(plane, levels[20], levels[10], 0); }).contains("on a line"));
}

QTEST_GUILESS_MAIN(ReverseConditionalTest)
#include "reverse_conditional_test.moc"
