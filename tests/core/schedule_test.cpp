// SPDX-License-Identifier: GPL-3.0-or-later
// Noise schedules: check values, precision, interpolation between levels, the drawn curve, refusals.

#include "core/schedule/drawn_curve.h"
#include "core/schedule/schedule_registry.h"
#include "tests/core/refusal.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace diffuscope::schedule;
using diffuscope::base::OptionKind;

namespace {

bool near(double got, double expected, double relative)
{
    return std::abs(got - expected) <= relative * std::abs(expected);
}

QByteArray shown(double got, double expected)
{
    return QByteArray::number(got, 'g', 17) + " instead of " + QByteArray::number(expected, 'g', 17);
}

NoiseSchedule drawn(const std::string& points, const std::string& quantity = "alpha_bar")
{
    return makeSchedule({"drawn", {{"points", points}, {"quantity", quantity}}});
}

}  // namespace

class TestSchedule : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void alphaBarHasTheCheckValues_data()
    {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("terminal");
        QTest::addColumn<double>("first");
        QTest::addColumn<double>("middle");
        QTest::addColumn<double>("last");
        // samplers.md, section 1
        QTest::newRow("linear") << "linear"
                                << "as_is" << .99989998 << .07779666 << 4.035831e-5;
        QTest::newRow("scaled linear") << "scaled_linear"
                                       << "as_is" << .99914998 << .2763325 << .004660096;
        QTest::newRow("cosine") << "cosine"
                                << "as_is" << .99995869 << .49228504 << 2.428735e-9;
        QTest::newRow("sigmoid beta") << "sigmoid"
                                      << "as_is" << .99985081 << .29888758 << 3.968182e-5;
        QTest::newRow("sigmoid abar") << "sigmoid_alpha_bar"
                                      << "as_is" << .99969971 << .4983426 << 3.00283e-7;
        QTest::newRow("exponential") << "exponential"
                                     << "as_is" << .98807174 << .0024492182 << 6.144379e-6;
        QTest::newRow("quadratic") << "quadratic"
                                   << "as_is" << .99989998 << .33127463 << 7.334126e-4;
        QTest::newRow("laplace") << "laplace"
                                 << "as_is" << .97884625 << .70728344 << .03162277;
        QTest::newRow("jsd") << "jsd"
                             << "as_is" << .99900001 << .49899998 << 0.0;
        QTest::newRow("linear, zero SNR") << "linear"
                                          << "zero" << .99989998 << .07524623 << 0.0;
    }

    void alphaBarHasTheCheckValues()
    {
        QFETCH(QString, family);
        QFETCH(QString, terminal);
        const NoiseSchedule schedule =
            makeSchedule({family.toStdString(), {{"terminal_snr", terminal.toStdString()}}});
        QCOMPARE(schedule.levels(), 1000);
        QFETCH(double, first);
        QFETCH(double, middle);
        QFETCH(double, last);
        for (const auto& [expected, t] :
             {std::pair(first, 0), std::pair(middle, 500), std::pair(last, 999)}) {
            // The table was printed from a product in single precision, whose error grows to 3e-5.
            QVERIFY2(near(schedule.alphaBar(t), expected, 3e-5), shown(schedule.alphaBar(t), expected));
        }
    }

    void productsAreRightToTheLastDigits()
    {
        // The product of the same betas in 60 decimal digits.
        const NoiseSchedule linear = makeSchedule({"linear", {}});
        QVERIFY(near(linear.alphaBar(500), 0.07779665836502389, 2e-15));
        QVERIFY(near(linear.alphaBar(999), 4.035829765375683e-05, 2e-15));
        QVERIFY(near(linear.level(0).noiseToSignal(), 0.010000500037503126, 2e-15));
        QVERIFY(near(linear.level(999).noiseToSignal(), 157.40728081040746, 2e-15));
        const NoiseSchedule scaled = makeSchedule({"scaled_linear", {}});
        QVERIFY(near(scaled.alphaBar(999), 0.004660098513077237, 2e-15));
        QVERIFY(near(scaled.level(0).noiseToSignal(), 0.029167158151720066, 2e-15));
        QVERIFY(near(scaled.level(999).noiseToSignal(), 14.61464122933364, 2e-15));
    }

    void everyFamilyIsDescribedAndMade()
    {
        for (const auto& family : scheduleFamilies()) {
            const QByteArray name = QByteArray::fromStdString(family.id);
            QVERIFY2(!family.displayName.empty(), name);
            QCOMPARE(std::count(family.description.begin(), family.description.end(), '.'), 2);
            for (const auto& option : family.options) {
                QVERIFY2(option.explanation.size() > 20 && option.explanation.ends_with('.'), name);
                QVERIFY2(!option.displayName.empty(), name);
            }
            const NoiseSchedule schedule = makeSchedule({family.id, {}});
            QCOMPARE(schedule.levels(), 1000);
            for (int t = 0; t < 1000; ++t) {
                const NoiseLevel level = schedule.level(t);
                QCOMPARE(level.t, double(t));
                const double total = schedule.isVariancePreserving()
                                         ? level.alpha * level.alpha + level.sigma * level.sigma
                                         : level.alpha + level.sigma;
                QVERIFY2(std::abs(total - 1) < 1e-14, name);
                QVERIFY2(near(level.alpha * level.alpha, schedule.alphaBar(t), 1e-14), name);
                if (t > 0)
                    QVERIFY2(level.noiseToSignal() > schedule.level(t - 1).noiseToSignal(), name);
            }
        }
        QCOMPARE(scheduleFamilies().size(), std::size_t(17));
    }

    void everyFamilyAcceptsBothEndsOfItsRangesOrSaysWhy()
    {
        for (const auto& family : scheduleFamilies())
            for (const auto& option : family.options) {
                if (option.kind != OptionKind::number && option.kind != OptionKind::integer)
                    continue;
                for (const double end : {option.minimum, option.maximum}) {
                    const std::string said = diffuscope::test::refusal([&] {
                        makeSchedule({family.id, {{option.id, end}, {"levels", 50.0}}});
                    });
                    QVERIFY2(
                        said == "nothing" || option.id == "levels" || said.starts_with("The schedule \""),
                        (family.id + " " + option.id + ": " + said).c_str());
                    REFUSES(makeSchedule({family.id, {{option.id, end < 0 ? end - 1 : end * 2 + 1}}}),
                            end == option.maximum ? option.id : "");
                }
            }
    }

    void interpolationMeetsTheLevelsAndIsLogLinearBetween()
    {
        const NoiseSchedule schedule = makeSchedule({"linear", {}});
        QCOMPARE(schedule.levelAt(500), schedule.level(500));
        QCOMPARE(schedule.levelAt(-3), schedule.level(0));
        QCOMPARE(schedule.levelAt(1e9), schedule.level(999));
        const double low = std::log(schedule.level(500).noiseToSignal());
        const double high = std::log(schedule.level(501).noiseToSignal());
        const NoiseLevel between = schedule.levelAt(500.25);
        QCOMPARE(between.t, 500.25);
        QVERIFY(near(std::log(between.noiseToSignal()), 0.75 * low + 0.25 * high, 1e-13));
    }

    void timeAndLevelAreInverseOfEachOther()
    {
        for (const auto& family : scheduleFamilies()) {
            const NoiseSchedule schedule = makeSchedule({family.id, {}});
            for (const double t : {0.0, 0.5, 1.25, 333.3, 500.0, 998.0, 998.75}) {
                const NoiseLevel level = schedule.levelAt(t);
                const double back = schedule.timeOfNoiseToSignal(level.noiseToSignal());
                QVERIFY2(std::abs(back - t) < 1e-6, (family.id + " " + std::to_string(back)).c_str());
                const NoiseLevel again = schedule.levelOfNoiseToSignal(level.noiseToSignal());
                QVERIFY2(near(again.alpha, level.alpha, 1e-12) && near(again.sigma, level.sigma, 1e-12),
                         family.id.c_str());
            }
        }
    }

    void ratiosOutsideTheScheduleKeepTheirSigmaAtTheNearestTime()
    {
        const NoiseSchedule schedule = makeSchedule({"scaled_linear", {}});
        const NoiseLevel noisier = schedule.levelOfNoiseToSignal(700);
        QCOMPARE(noisier.t, 999.0);
        QVERIFY(near(noisier.noiseToSignal(), 700, 1e-14));
        QCOMPARE(schedule.levelOfNoiseToSignal(0), (NoiseLevel{0, 1, 0}));
        const double infinity = std::numeric_limits<double>::infinity();
        QCOMPARE(schedule.levelOfNoiseToSignal(infinity), (NoiseLevel{999, 0, 1}));
        REFUSES(schedule.levelOfNoiseToSignal(-1), "sigma/alpha");
        REFUSES(schedule.levelOfNoiseToSignal(std::nan("")), "sigma/alpha");
    }

    void zeroTerminalSnrEndsInPureNoiseAndKeepsTheStart()
    {
        for (const auto& family : scheduleFamilies()) {
            const auto& options = family.options;
            const bool rescalable = std::any_of(options.begin(), options.end(), [](const auto& option) {
                return option.id == "terminal_snr";
            });
            if (!rescalable || family.id == "jsd")
                continue;
            const NoiseSchedule plain = makeSchedule({family.id, {}});
            const NoiseSchedule zero = makeSchedule({family.id, {{"terminal_snr", std::string("zero")}}});
            QVERIFY2(!plain.hasZeroTerminalSnr() && zero.hasZeroTerminalSnr(), family.id.c_str());
            QCOMPARE(zero.level(999), (NoiseLevel{999, 0, 1}));
            QCOMPARE(zero.beta(999), 1.0);
            QVERIFY(near(zero.alphaBar(0), plain.alphaBar(0), 1e-14));
            const NoiseSchedule near0 =
                makeSchedule({family.id, {{"terminal_snr", std::string("near_zero")}}});
            QCOMPARE(near0.level(999).alpha, std::min(0x1p-12, zero.level(998).alpha / 2));
            const NoiseLevel last = zero.levelAt(998.5);
            QVERIFY(last.alpha > 0 && last.alpha < zero.level(998).alpha);
        }
    }

    void shiftsOfRectifiedFlowFollowTheirFormulas()
    {
        const NoiseSchedule plain = makeSchedule({"rectified_flow", {}});
        const NoiseSchedule shifted = makeSchedule({"rectified_flow", {{"shift", 3.0}}});
        const NoiseSchedule exponential =
            makeSchedule({"rectified_flow", {{"shift_rule", std::string("exponential")}, {"mu", 1.15}}});
        QVERIFY(!plain.isVariancePreserving());
        for (const int i : {0, 499, 998}) {
            const double t = (i + 1) / 1000.0;
            QVERIFY(near(plain.level(i).sigma, t, 1e-15));
            QVERIFY(near(shifted.level(i).sigma, 3 * t / (1 + 2 * t), 1e-15));
            QVERIFY(near(exponential.level(i).sigma, std::exp(1.15) / (std::exp(1.15) + (1 / t - 1)), 1e-14));
        }
        QCOMPARE(shifted.level(999), (NoiseLevel{999, 0, 1}));
    }

    void theSdeHasItsClosedForm()
    {
        const NoiseSchedule schedule = makeSchedule({"vp_sde", {}});
        const auto ratio = [](double t) { return std::sqrt(std::expm1(19.9 * t * t / 2 + 0.1 * t)); };
        QVERIFY(near(schedule.level(999).noiseToSignal(), ratio(1), 1e-13));
        QVERIFY(near(schedule.level(0).noiseToSignal(), ratio(1e-3), 1e-13));
        QVERIFY(near(schedule.level(400).noiseToSignal(), ratio(1e-3 + 0.999 * 400 / 999), 1e-13));
    }

    void theMonotoneCurveHasHandWorkedValues()
    {
        // Slopes 1 and 3: inner slope 2·1·3/(1 + 3) = 1.5; the three-point slope at 0 is 0.
        const MonotoneCurve curve({{0, 0}, {1, 1}, {2, 4}});
        QCOMPARE(curve(0.5), 0.5 - 1.5 / 8);
        QCOMPARE(curve(1), 1.0);
        QCOMPARE(curve(-1), 0.0);
        QCOMPARE(curve(3), 4.0);
        QCOMPARE(MonotoneCurve({{0, 1}, {1, 0}})(0.3), 0.7);
        REFUSES(MonotoneCurve({{0, 1}, {0, 0}}), "do not increase");
        REFUSES(MonotoneCurve({{0, 1}}), "fewer than two");
    }

    void theDrawnScheduleGoesThroughItsPointsAndNeverRises()
    {
        const NoiseSchedule schedule = makeSchedule(
            {"drawn", {{"points", std::string("0:0.99, 0.5:0.98, 0.6:0.1, 1:0")}, {"levels", 101.0}}});
        QVERIFY(near(schedule.alphaBar(0), 0.99, 1e-14));
        QVERIFY(near(schedule.alphaBar(50), 0.98, 1e-14));
        QVERIFY(near(schedule.alphaBar(60), 0.1, 1e-12));
        QVERIFY(schedule.hasZeroTerminalSnr());
        for (int t = 1; t < 101; ++t)
            QVERIFY(schedule.alphaBar(t) < schedule.alphaBar(t - 1));
        const NoiseSchedule byLogSnr = drawn("0:10, 1:-10", "log_snr");
        QVERIFY(near(byLogSnr.level(0).logSnr(), 10, 1e-12));
        QVERIFY(near(byLogSnr.levelAt(499.5).snr(), 1, 1e-12));
    }

    void anImpossibleCurveIsRefused()
    {
        REFUSES(drawn(""), "points");
        REFUSES(drawn("0:0.9"), "at least two");
        REFUSES(drawn("0:0.9, 1"), "colon");
        REFUSES(drawn("0:0.9 1:0.1"), "comma");
        REFUSES(drawn("0:0.9, 1:nan"), "number");
        REFUSES(drawn("0:0.9, 1:1e999"), "number");
        REFUSES(drawn("0:0.9, 0.5:0.1"), "t = 1");
        REFUSES(drawn("0.1:0.9, 1:0.1"), "t = 0");
        REFUSES(drawn("0:0.9, 0.5:0.9, 1:0.1"), "does not fall");
        REFUSES(drawn("0:0.9, 0.7:0.5, 0.6:0.4, 1:0.1"), "does not fall");
        REFUSES(drawn("0:1, 1:0.1"), "alpha bar");
        REFUSES(drawn("0:0.9, 1:-0.1"), "alpha bar");
        REFUSES(drawn("0:50, 1:0", "log_snr"), "-40 to 40");
        std::string many = "0:0.9";
        for (int i = 1; i < 300; ++i)
            many += ", " + std::to_string(i / 300.0) + ":" + std::to_string(0.9 - i / 400.0);
        REFUSES(drawn(many), "more than 200");
    }

    void controlPointsReadBackIdentically()
    {
        const std::vector<ControlPoint> points{{0, 0.9999}, {1.0 / 3, 0.1 + 0.2}, {1, 1e-9}};
        QVERIFY(controlPointsFromText("curve", controlPointsToText(points)) == points);
    }

    void draggingKeepsACurveThatCanBeMade()
    {
        auto points = controlPointsOf(makeSchedule({"cosine", {}}), DrawnQuantity::alphaBar, 6);
        quint32 random = 12345;
        const auto draw = [&random] {
            random = random * 1664525U + 1013904223U;
            return double(random >> 8) / 0x1p24 * 3 - 1;
        };
        for (int i = 0; i < 2000; ++i) {
            points = movedControlPoint(points, std::size_t(i) % points.size(), {draw(), draw()},
                                       DrawnQuantity::alphaBar);
            const NoiseSchedule schedule = drawn(controlPointsToText(points));
            QCOMPARE(schedule.levels(), 1000);
        }
        const auto moved =
            movedControlPoint({{0, 0.9}, {0.5, 0.5}, {1, 0.1}}, 1, {0.25, 0.75}, DrawnQuantity::alphaBar);
        QCOMPARE(moved[1].t, 0.25);
        QCOMPARE(moved[1].value, 0.75);
        const auto stopped = movedControlPoint(moved, 1, {2, 5}, DrawnQuantity::alphaBar);
        QVERIFY(stopped[1].t < 1 && stopped[1].value < 0.9);
    }

    void levelsThatAreNoScheduleAreRefused()
    {
        REFUSES(NoiseSchedule::fromBetas("x", {0.1}), "2 to");
        REFUSES(NoiseSchedule::fromBetas("x", {0.1, 0.0}), "beta");
        REFUSES(NoiseSchedule::fromBetas("x", {0.1, -0.1}), "beta");
        REFUSES(NoiseSchedule::fromBetas("x", {0.1, std::nan("")}), "beta");
        REFUSES(NoiseSchedule::fromBetas("x", {1.0, 0.1}), "beta");
        REFUSES(NoiseSchedule::fromLevels("x", {0.9, 0.5}, {0.1}), "different numbers");
        REFUSES(NoiseSchedule::fromLevels("x", {0.5, 0.9}, {0.5, 0.1}), "noisier");
        REFUSES(NoiseSchedule::fromLevels("x", {0.9, 0.5}, {0.9, 0.9}), "alpha + sigma");
        REFUSES(NoiseSchedule::fromLevels("x", {1.0, 0.5}, {0.0, 0.5}), "outside 0 to 1");
        REFUSES(makeSchedule({"linaer", {}}), "\"linaer\"");
        REFUSES(makeSchedule({"linear", {{"beta_start", 0.0}}}), "beta_start");
        REFUSES(makeSchedule({"linear", {{"levels", 1.0}}}), "levels");
        QCOMPARE(makeSchedule({"scaled-linear", {}}).levels(), 1000);
    }
};

QTEST_GUILESS_MAIN(TestSchedule)
#include "schedule_test.moc"
