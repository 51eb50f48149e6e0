// SPDX-License-Identifier: GPL-3.0-or-later
// Distances between sets of points: against brute force, closed forms, and the floors of two exact samples.
#include "core/measure/assignment.h"
#include "core/measure/point_figures.h"
#include "core/model/exact/data_sets.h"
#include "tests/core/file_fixture.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace diffuscope;
using namespace diffuscope::measure;

namespace {

std::vector<double> exact(const char* name, std::size_t count, std::uint64_t seed)
{
    return model::drawPoints(model::exactData(std::string(name)), count, seed).values;
}

bool isWithin(double got, double expected, double tolerance)
{
    if (std::abs(got - expected) <= tolerance)
        return true;
    qWarning("%.10g is not near %.10g", got, expected);
    return false;
}

const PointFigure& figureOf(const std::vector<PointFigure>& figures, const std::string& id)
{
    return *std::find_if(figures.begin(), figures.end(), [&](const PointFigure& f) { return f.id == id; });
}

}  // namespace

class PointDistancesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pairingIsTheCheapest();
    void movedPointsAreAsFarAsTheyMoved();
    void lineOfUnequalCountsIsTheIntegral();
    void energyAndMmdFollowTheirDefinitions();
    void floorsAreThoseOfTheTable_data();
    void floorsAreThoseOfTheTable();
    void unbiasedMmdOfEqualDataIsNear0();
    void exactSamplesAreAtTheFloor();
    void lostModeShowsInWeightsAndDistances();
    void unfitSamplesAreRefused();
};

void PointDistancesTest::pairingIsTheCheapest()
{
    const auto values = exact("exact:gaussian:sd=1", 49 * 100, 3);
    for (int trial = 0; trial < 100; ++trial) {
        const int n = 1 + trial % 7;
        std::vector<double> cost(values.begin() + 49 * trial, values.begin() + 49 * trial + n * n);
        if (trial % 3 == 0)  // many equal costs
            for (double& each : cost)
                each = std::round(each);
        const auto pairing = cheapestPairing(cost, n);
        double sum = 0;
        for (int i = 0; i < n; ++i)
            sum += cost[std::size_t(i * n + pairing[std::size_t(i)])];
        std::vector<int> order(std::size_t(n), 0);
        std::iota(order.begin(), order.end(), 0);
        double best = HUGE_VAL;
        do {
            double other = 0;
            for (int i = 0; i < n; ++i)
                other += cost[std::size_t(i * n + order[std::size_t(i)])];
            best = std::min(best, other);
        } while (std::next_permutation(order.begin(), order.end()));
        QVERIFY(isWithin(sum, best, 1e-12));
    }
}

void PointDistancesTest::movedPointsAreAsFarAsTheyMoved()
{
    const auto points = exact("exact:moons", 300, 1);
    std::vector<double> moved = points;
    for (std::size_t k = 0; k < moved.size(); k += 2) {
        moved[k] += 0.3;
        moved[k + 1] += 0.4;
    }
    const PointCloud a{2, points}, b{2, moved};
    QVERIFY(isWithin(exactWasserstein(a, b, 1), 0.5, 1e-10));
    QVERIFY(isWithin(exactWasserstein(a, b, 2), 0.5, 1e-10));
    // The mean of |cos| over directions is 2/π, of cos² ½.
    QVERIFY(isWithin(slicedWasserstein(a, b, 1), 0.5 * 2 / M_PI, 1e-4));
    QVERIFY(isWithin(slicedWasserstein(a, b, 2), 0.5 / std::sqrt(2.0), 1e-10));
    QCOMPARE(slicedWasserstein(a, a), 0.0);
    QVERIFY(isWithin(exactWasserstein(a, a, 2), 0, 1e-12));
}

void PointDistancesTest::lineOfUnequalCountsIsTheIntegral()
{
    // F⁻¹ of {0, 3} is 0 then 3; of {0, 1, 5} it is 0, 1, 5 in thirds: ∫ = 1/6·1 + 1/6·2 + 1/3·2.
    QVERIFY(isWithin(wassersteinOnLine(std::vector{3.0, 0.0}, std::vector{5.0, 0.0, 1.0}, 1),
                     1.0 / 6 + 2.0 / 6 + 2.0 / 3, 1e-14));
    QVERIFY(isWithin(wassersteinOnLine(std::vector{1.0, 2.0}, std::vector{1.0, 1.0, 2.0, 2.0}, 2), 0, 1e-14));
}

void PointDistancesTest::energyAndMmdFollowTheirDefinitions()
{
    const std::vector<double> a{0, 1}, b{3, 5};
    // 2·mean(3, 5, 2, 4) − mean(0, 1, 1, 0) − mean(0, 2, 2, 0)
    QVERIFY(isWithin(energyDistance({1, a}, {1, b}), 7 - 0.5 - 1, 1e-14));
    const auto k = [](double d) { return std::exp(-d * d / 2); };
    QVERIFY(isWithin(unbiasedSquaredMmd({1, a}, {1, b}), k(1) + k(2) - 2 * (k(3) + k(5) + k(2) + k(4)) / 4,
                     1e-14));
    QVERIFY(isWithin(chamferDistance({1, a}, {1, b}), 2.5 + 3, 1e-14));
}

void PointDistancesTest::floorsAreThoseOfTheTable_data()
{
    QTest::addColumn<QByteArray>("data");
    QTest::addColumn<double>("w1");
    QTest::addColumn<double>("w2");
    // n = 500. (The table's moons stand at equal angles with equal counts, which is nearer than drawn ones.)
    QTest::newRow("Gaussian") << QByteArray("exact:gaussian:sd=1,dim=2") << .207 << .264;
    QTest::newRow("8 Gaussians") << QByteArray("exact:eight_gaussians") << .292 << .442;
    QTest::newRow("checkerboard") << QByteArray("exact:checkerboard") << .352 << .477;
    QTest::newRow("swiss roll") << QByteArray("exact:swiss_roll") << .218 << .278;
}

void PointDistancesTest::floorsAreThoseOfTheTable()
{
    QFETCH(QByteArray, data);
    QFETCH(double, w1);
    QFETCH(double, w2);
    double sum1 = 0, sum2 = 0;
    const int pairs = 8;
    for (int i = 0; i < pairs; ++i) {
        const auto a = exact(data, 500, std::uint64_t(2 * i + 1)),
                   b = exact(data, 500, std::uint64_t(2 * i + 2));
        sum1 += exactWasserstein({2, a}, {2, b}, 1) / pairs;
        sum2 += exactWasserstein({2, a}, {2, b}, 2) / pairs;
    }
    // The table holds one pair, whose own spread is about 15 %.
    QVERIFY(isWithin(sum1, w1, 0.2 * w1));
    QVERIFY(isWithin(sum2, w2, 0.2 * w2));
}

void PointDistancesTest::unbiasedMmdOfEqualDataIsNear0()
{
    double sum = 0;
    for (std::uint64_t i = 0; i < 10; ++i) {
        const auto a = exact("exact:eight_gaussians", 500, 2 * i),
                   b = exact("exact:eight_gaussians", 500, 2 * i + 1);
        const double mmd = unbiasedSquaredMmd({2, a}, {2, b});
        QVERIFY(std::abs(mmd) < 4e-3);
        sum += mmd / 10;
    }
    QVERIFY(std::abs(sum) < 1e-3);
}

void PointDistancesTest::exactSamplesAreAtTheFloor()
{
    const model::ExactField field(model::exactData("exact:moons"));
    const auto samples = exact("exact:moons", 800, 77);
    const auto figures = figuresOf(field, {2, samples}, {.repetitions = 4});
    for (const char* id : {"sliced_w1", "sliced_w2", "w1", "w2", "energy", "chamfer"}) {
        const PointFigure& figure = figureOf(figures, id);
        QVERIFY2(figure.value < 2.2 * figure.floor && figure.value > 0.3 * figure.floor, id);
    }
    QVERIFY(std::abs(figureOf(figures, "mode_0").value - 0.5) < 4 * figureOf(figures, "mode_0").floor);
    const std::string csv = csvOfFigures(figures);
    QVERIFY(csv.starts_with("figure,value,floor,floor_sd,truth,points\nsliced_w1,"));
}

void PointDistancesTest::lostModeShowsInWeightsAndDistances()
{
    const model::ExactField field(model::exactData("exact:pair:mean=1,sd=0.2,weight=0.85"));
    const auto samples = model::drawPoints(field.mixture(), 1000, 5, 0).values;  // the left bell alone
    const auto figures = figuresOf(field, {1, samples});
    QCOMPARE(figureOf(figures, "mode_1").value, 0.0);
    QVERIFY(isWithin(figureOf(figures, "mode_1").truth, 0.15, 1e-14));
    QVERIFY(figureOf(figures, "w1").value > 5 * figureOf(figures, "w1").floor);
    QVERIFY(isWithin(figureOf(figures, "mean").truth, -0.7, 1e-12));
}

void PointDistancesTest::unfitSamplesAreRefused()
{
    const model::ExactField field(model::exactData("exact:moons"));
    const auto said = [&](const PointCloud& samples) {
        return test::refusalOf([&] { figuresOf(field, samples); });
    };
    const std::vector<double> none, one{1, 2}, bad{1, 2, NAN, 4};
    QVERIFY(said({2, none}).contains("no two samples"));
    QVERIFY(said({2, one}).contains("no two samples"));
    QVERIFY(said({2, bad}).contains("not finite"));
    QVERIFY(said({1, one}).contains("1 dimensions"));
    QVERIFY(test::refusalOf([&] {
                exactWasserstein({2, one}, {2, std::span(bad)}, 1);
            }).contains("equal size"));
}

QTEST_GUILESS_MAIN(PointDistancesTest)
#include "point_distances_test.moc"
