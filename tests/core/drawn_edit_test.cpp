// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schedule/drawn_edit.h"
#include "core/schedule/schedule_registry.h"
#include "tests/core/refusal.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using namespace diffuscope::schedule;
using namespace std::string_literals;

namespace {

bool falls(const std::vector<ControlPoint>& points)
{
    for (std::size_t i = 1; i < points.size(); ++i)
        if (!(points[i].t > points[i - 1].t && points[i].value < points[i - 1].value))
            return false;
    return true;
}

NoiseSchedule made(const DrawnSchedule& drawn)
{
    return makeSchedule({drawnFamilyId, toOptions(drawn)});
}

}  // namespace

class DrawnEditTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void optionsComeBackAsTheyWere()
    {
        const DrawnSchedule drawn{
            .quantity = DrawnQuantity::logSnr, .points = {{0, 9}, {0.5, 0.25}, {1, -9}}, .levels = 500};
        QVERIFY(drawnFromOptions(toOptions(drawn)) == drawn);
        const DrawnSchedule usual{.quantity = DrawnQuantity::alphaBar, .points = {{0, 0.9}, {1, 0.1}}};
        QCOMPARE(toOptions(usual).size(), std::size_t(1));
        QVERIFY(drawnFromOptions(toOptions(usual)) == usual);
        QVERIFY(test::contains(test::refusal([] {
                                   drawnFromOptions({{"points", "0:0.9"s}});
                               }),
                               "at least two"));
        QVERIFY(test::contains(test::refusal([] { drawnFromOptions({{"pints", "0:0.9"s}}); }), "pints"));
    }

    void everyFamilyIsFollowed_data()
    {
        QTest::addColumn<QString>("family");
        QTest::addColumn<int>("quantity");
        for (const auto& family : scheduleFamilies())
            for (const int quantity : {0, 1})
                QTest::addRow("%s in %s", family.id.c_str(), quantity ? "log-SNR" : "alpha bar")
                    << QString::fromStdString(family.id) << quantity;
    }
    void everyFamilyIsFollowed()
    {
        QFETCH(const QString, family);
        QFETCH(const int, quantity);
        const NoiseSchedule source = makeSchedule({family.toStdString(), {}});
        const DrawnSchedule drawn = drawnAfter(source, DrawnQuantity(quantity));
        QVERIFY(falls(drawn.points));
        QVERIFY(drawn.points.size() <= 9);
        const NoiseSchedule schedule = made(drawn);
        QCOMPARE(schedule.levels(), source.levels());
        double sum = 0;
        for (int t = 0; t < source.levels(); ++t) {
            const double ratio = source.level(t).noiseToSignal();
            sum += std::abs(schedule.alphaBar(t) - 1 / (1 + ratio * ratio));
        }
        const double mean = sum / source.levels();
        QVERIFY2(mean < 0.008, qPrintable(QString::number(mean)));
    }

    void theUsualScheduleIsFollowedClosely()
    {
        const NoiseSchedule source = makeSchedule({"linear", {}});
        const NoiseSchedule drawn = made(drawnAfter(source, DrawnQuantity::alphaBar));
        for (int t = 0; t < 1000; ++t) {
            QVERIFY2(std::abs(drawn.alphaBar(t) - source.alphaBar(t)) < 0.01, qPrintable(QString::number(t)));
            QVERIFY2(std::abs(drawn.level(t).logSnr() - source.level(t).logSnr()) < 1.2,
                     qPrintable(QString::number(t)));
        }
        QVERIFY(std::abs(drawn.level(0).logSnr() - source.level(0).logSnr()) < 0.01);
        QVERIFY(std::abs(drawn.level(999).logSnr() - source.level(999).logSnr()) < 0.01);
    }

    void anotherQuantityMeansTheSame()
    {
        const DrawnSchedule drawn{.points = {{0, 0.9995}, {0.3, 0.8}, {0.7, 0.2}, {1, 0.0004}}};
        const DrawnSchedule logSnr = inQuantity(drawn, DrawnQuantity::logSnr);
        QCOMPARE(logSnr.quantity, DrawnQuantity::logSnr);
        for (std::size_t i = 0; i < drawn.points.size(); ++i) {
            const double alphaBar =
                convertedValue(logSnr.points[i].value, DrawnQuantity::logSnr, DrawnQuantity::alphaBar);
            QVERIFY(std::abs(alphaBar - drawn.points[i].value) < 2e-4);
        }
        const DrawnSchedule back = inQuantity(logSnr, DrawnQuantity::alphaBar);
        for (std::size_t i = 0; i < drawn.points.size(); ++i)
            QVERIFY(std::abs(back.points[i].value - drawn.points[i].value) < 2e-4);
    }

    void mixturesBeyondTheOtherRangeStillFall()
    {
        DrawnSchedule drawn{.quantity = DrawnQuantity::logSnr, .points = {}};
        for (int i = 0; i <= 20; ++i)
            drawn.points.push_back({i / 20.0, 40.0 - 4 * i});
        const DrawnSchedule alphaBar = inQuantity(drawn, DrawnQuantity::alphaBar);
        QVERIFY(falls(alphaBar.points));
        QCOMPARE(made(alphaBar).levels(), 1000);
        // The last value of a typed curve may be 0, which has no log-SNR.
        const DrawnSchedule toZero{.points = {{0, 0.9}, {1, 0}}};
        const DrawnSchedule converted = inQuantity(toZero, DrawnQuantity::logSnr);
        QVERIFY(falls(converted.points));
        QCOMPARE(converted.points.back().value, -40.0);
    }

    void pointsAreAddedWhereThereIsRoom()
    {
        const std::vector<ControlPoint> points{{0, 0.9}, {0.5, 0.5}, {1, 0.1}};
        const auto [more, index] = withControlPoint(points, {0.25, 0.7}, DrawnQuantity::alphaBar);
        QCOMPARE(index, 1);
        QCOMPARE(more.size(), std::size_t(4));
        QVERIFY(more[1] == (ControlPoint{0.25, 0.7}));
        // Too high for its place: as high as its neighbour lets it be.
        const auto [capped, place] = withControlPoint(points, {0.75, 0.8}, DrawnQuantity::alphaBar);
        QCOMPARE(place, 2);
        QVERIFY(falls(capped));
        // Beyond the ends and on a point: next to them.
        for (const double t : {-1.0, 0.0, 0.5, 1.0, 2.0}) {
            const auto [added, at] = withControlPoint(points, {t, 0.4}, DrawnQuantity::alphaBar);
            QVERIFY(at > 0 && at < 3);
            QVERIFY(falls(added));
        }
        std::vector<ControlPoint> narrow{{0, 0.9}, {0.001, 0.5}, {1, 0.1}};
        QCOMPARE(withControlPoint(narrow, {0.0004, 0.7}, DrawnQuantity::alphaBar).second, -1);
        std::vector<ControlPoint> many = points;
        while (many.size() < 200) {
            const double t = 0.004 * double(many.size());
            const auto [grown, at] = withControlPoint(many, {t, 0.9 - 0.8 * t}, DrawnQuantity::alphaBar);
            QVERIFY(at >= 0);
            many = grown;
        }
        QVERIFY(falls(many));
        const std::vector<ControlPoint> flat{{0, 0.5 + 1e-12}, {1, 0.5}};
        QCOMPARE(withControlPoint(flat, {0.5, 0.5}, DrawnQuantity::alphaBar).second, -1);
        QCOMPARE(withControlPoint(many, {0.9, 0.15}, DrawnQuantity::alphaBar).second, -1);
    }

    void numbersKeepWhatThePrecisionAsksFor()
    {
        const ControlPoint point = roundedPoint({0.123456, 0.99991234567}, DrawnQuantity::alphaBar);
        QCOMPARE(point.t, 0.123);
        QVERIFY(std::abs((1 - point.value) / 8.765433e-5 - 1) < 1e-3);
        QVERIFY(std::abs(roundedPoint({0, 3.4567891e-6}, DrawnQuantity::alphaBar).value / 3.4567891e-6 - 1) <
                1e-3);
        QCOMPARE(roundedPoint({0, -3.45678}, DrawnQuantity::logSnr).value, -3.457);
    }
};

QTEST_GUILESS_MAIN(DrawnEditTest)
#include "drawn_edit_test.moc"
