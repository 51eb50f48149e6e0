// SPDX-License-Identifier: GPL-3.0-or-later
// Time grids: check values of every rule, order, ends, and what is refused.

#include "core/schedule/beta_quantile.h"
#include "core/schedule/schedule_registry.h"
#include "core/schedule/time_grid.h"
#include "tests/core/refusal.h"

#include <QTest>

#include <cmath>
#include <numbers>

using namespace diffuscope::schedule;
using diffuscope::base::OptionValues;

namespace {

const NoiseSchedule& stableDiffusion()
{
    static const NoiseSchedule schedule = makeSchedule({"scaled_linear", {}});
    return schedule;
}

TimeGrid grid(const std::string& rule, const OptionValues& options, int steps,
              const NoiseSchedule& schedule = stableDiffusion())
{
    return makeTimeGrid(schedule, {rule, options}, steps);
}

/// The times of a grid without its last level, as text.
QString times(const TimeGrid& grid)
{
    QStringList list;
    for (int i = 0; i < grid.steps(); ++i)
        list << QString::number(grid[i].t);
    return list.join(' ');
}

void compareSigmas(const TimeGrid& grid, const std::vector<double>& expected, double tolerance)
{
    QVERIFY(grid.levels.size() >= expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double got = grid.levels[i].noiseToSignal();
        QVERIFY2(std::abs(got - expected[i]) <= tolerance, QByteArray::number(got, 'g', 12) + " instead of " +
                                                               QByteArray::number(expected[i], 'g', 12));
    }
}

const OptionValues nPlusOne{{"count", std::string("n_plus_1")}};
const OptionValues fractional{{"fractional", true}};
const OptionValues toSigmaMin{{"final", std::string("sigma_min")}};

OptionValues typed(const std::string& values, const std::string& kind = "times",
                   const std::string& end = "clean")
{
    return {{"values", values}, {"kind", kind}, {"final", end}};
}

}  // namespace

class TestTimeGrid : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void timeSpacingsHaveTheCheckValues()
    {
        // samplers.md, section 2: T = 1000, N = 10
        QCOMPARE(times(grid("leading", {}, 10)), "900 800 700 600 500 400 300 200 100 0");
        QCOMPARE(times(grid("linspace", {}, 10)), "999 888 777 666 555 444 333 222 111 0");
        QCOMPARE(times(grid("trailing", {}, 10)), "999 899 799 699 599 499 399 299 199 99");
        QCOMPARE(times(grid("linspace", nPlusOne, 10)), "999 899 799 699 599 500 400 300 200 100");
        QCOMPARE(times(grid("leading", nPlusOne, 10)), "900 810 720 630 540 450 360 270 180 90");
        QCOMPARE(times(grid("lcm", {}, 4)), "999 759 499 259");
        QCOMPARE(times(grid("leading", {{"offset", 1.0}}, 4)), "751 501 251 1");
        QCOMPARE(times(grid("quadratic", {}, 5)), "800 450 200 50 0");
    }

    void sigmaGridsHaveTheCheckValues()
    {
        // samplers.md, section 1: Stable Diffusion's betas, n = 10; printed from single precision.
        compareSigmas(grid("karras", {}, 10),
                      {14.61465, 9.10294, 5.4784, 3.16861, 1.74942, .91408, .44692, .2014, .08191, .02917, 0},
                      2e-5);
        compareSigmas(grid("exponential", {}, 10),
                      {14.61465, 7.32488, 3.67124, 1.84003, .92223, .46222, .23167, .11611, .0582, .02917, 0},
                      2e-5);
        compareSigmas(
            grid("beta", {}, 10),
            {14.61465, 13.92779, 12.49098, 10.59761, 8.44244, 6.20137, 4.0462, 2.15283, .71602, .02917, 0},
            2e-5);
        compareSigmas(grid("kl_optimal", {}, 10),
                      {14.61464, 4.23235, 2.39372, 1.59707, 1.133, .81524, .57291, .37248, .19529, .02917, 0},
                      2e-5);
        compareSigmas(grid("align_your_steps", {}, 10),
                      {14.6146412293, 6.4745760956, 3.8636745985, 2.6946151520, 1.8841921177, 1.3943805092,
                       .9642583904, .6523686016, .3977456272, .1515232662, 0},
                      1e-10);
        compareSigmas(grid("polyexponential", {{"rho", 1.0}}, 10), {14.61465, 7.32488, 3.67124}, 2e-5);
    }

    void everyRuleIsDescribedAndValidOnEverySchedule()
    {
        for (const auto& rule : gridRules()) {
            QCOMPARE(std::count(rule.description.begin(), rule.description.end(), '.'), 2);
            for (const auto& option : rule.options)
                QVERIFY2(option.explanation.size() > 20 && option.explanation.ends_with('.'),
                         rule.id.c_str());
            for (const auto& family : scheduleFamilies()) {
                const NoiseSchedule schedule = makeSchedule({family.id, {}});
                for (const int steps : {1, 2, 7, 20, 50}) {
                    const std::string name = rule.id + " on " + family.id;
                    const std::string said =
                        diffuscope::test::refusal([&] { grid(rule.id, {}, steps, schedule); });
                    if (rule.id == "sd_turbo" && steps > 10) {  // it was taught ten
                        QVERIFY2(said.find("from 1 to 10") != std::string::npos, said.c_str());
                        continue;
                    }
                    QVERIFY2(said == "nothing", (name + ": " + said).c_str());
                    const TimeGrid made = grid(rule.id, {}, steps, schedule);
                    // One lists its own number, and one has more where the steps do not divide the levels.
                    const bool ownCount = rule.id == "typed" || rule.id == "ddim_uniform";
                    QVERIFY2(made.steps() == steps || ownCount, name.c_str());
                    QVERIFY2(made.levels.back().isClean() || rule.id == "log_snr", name.c_str());
                    for (int i = 0; i < made.steps(); ++i) {
                        QVERIFY2(made[i].noiseToSignal() > made[i + 1].noiseToSignal(), name.c_str());
                        QVERIFY2(std::isfinite(made[i].t) && made[i].t >= 0 && made[i].t <= 999,
                                 name.c_str());
                    }
                }
            }
        }
        QCOMPARE(gridRules().size(), std::size_t(26));
    }

    void gridsOfSigmasAndFractionsGoTo1000StepsOnAnySchedule()
    {
        const NoiseSchedule coarse = makeSchedule({"linear", {{"levels", 100.0}, {"beta_end", 0.1}}});
        for (const char* rule : {"karras", "exponential", "polyexponential", "log_snr", "beta", "kl_optimal",
                                 "align_your_steps", "flow_uniform"})
            QCOMPARE(grid(rule, {}, 1000, coarse).steps(), 1000);
        for (const char* rule : {"leading", "linspace", "trailing", "quadratic"}) {
            QCOMPARE(grid(rule, fractional, 1000, coarse).steps(), 1000);
            REFUSES(grid(rule, {}, 101, coarse),
                    "\"steps\" is 101, but must be a whole number from 1 to 100");
        }
    }

    void stepsOutsideTheRangeAreRefused()
    {
        REFUSES(grid("karras", {}, 0), "\"steps\" is 0, but must be a whole number from 1 to 1000");
        REFUSES(grid("leading", {}, -4), "\"steps\"");
        REFUSES(grid("trailing", {}, 1001), "from 1 to 1000");
        REFUSES(grid("lcm", {}, 51), "from 1 to 50");
        REFUSES(grid("lcm", {{"original_steps", 2000.0}}, 4), "original_steps");
        REFUSES(grid("leading", {{"offset", 300.0}}, 4), "offset");
        REFUSES(grid("leaping", {}, 4), "\"leaping\"");
        REFUSES(grid("karras", {{"rho", 0.0}}, 4), "\"rho\" of grid Karras");
        REFUSES(grid("karras", {{"sigma_max", 0.01}}, 4), "sigma_max");
    }

    void wholeTimesNeverRepeat()
    {
        // Pitfall 10: where rounding would repeat a time, the grid keeps fractions.
        for (const char* rule : {"leading", "linspace", "trailing", "quadratic"})
            for (int steps = 1; steps <= 1000; ++steps)
                QCOMPARE(grid(rule, {}, steps).steps(), steps);
        const TimeGrid fine = grid("linspace", nPlusOne, 1000);
        QCOMPARE(fine[1].t, 999 - 0.999);
    }

    void roundingIsHalfToEven()
    {
        const NoiseSchedule six = makeSchedule({"linear", {{"levels", 6.0}}});
        QCOMPARE(times(grid("linspace", nPlusOne, 2, six)), "5 2");
        const NoiseSchedule eight = makeSchedule({"linear", {{"levels", 8.0}}});
        QCOMPARE(times(grid("linspace", nPlusOne, 2, eight)), "7 4");
    }

    void gridsCanEndAtTheLeastNoisyLevel()
    {
        for (const auto& rule : gridRules()) {
            if (rule.id == "typed")
                continue;
            const bool reachesLevel0 =
                rule.id == "leading" || rule.id == "linspace" || rule.id == "quadratic" || rule.id == "vp";
            if (reachesLevel0) {
                REFUSES(grid(rule.id, toSigmaMin, 5), "its last");
                continue;
            }
            const TimeGrid made = grid(rule.id, toSigmaMin, 5);
            QCOMPARE(made.steps(), 5);
            const double last = made.levels.back().noiseToSignal();
            QVERIFY2(std::abs(last / stableDiffusion().level(0).noiseToSignal() - 1) < 1e-6, rule.id.c_str());
        }
        QCOMPARE(grid("leading", {{"count", std::string("n_plus_1")}, {"final", std::string("sigma_min")}}, 5)
                     .levels.back(),
                 stableDiffusion().level(0));
    }

    void uniformLogSnrHasEqualSteps()
    {
        const TimeGrid made = grid("log_snr", {}, 12);
        const double step = made[1].logSnr() - made[0].logSnr();
        for (int i = 0; i < 12; ++i)
            QVERIFY(std::abs(made[i + 1].logSnr() - made[i].logSnr() - step) < 1e-10);
        QCOMPARE(made[0], stableDiffusion().level(999));
        QCOMPARE(made[12], stableDiffusion().level(0));
    }

    void typedSigmaEndsAreTaken()
    {
        const TimeGrid made = grid("karras", {{"sigma_max", 10.0}, {"sigma_min", 0.1}}, 8);
        QVERIFY(std::abs(made[0].noiseToSignal() - 10) < 1e-12);
        QVERIFY(std::abs(made[7].noiseToSignal() - 0.1) < 1e-13);
        QVERIFY(std::abs(made[0].t - stableDiffusion().timeOfNoiseToSignal(10)) < 1e-9);
    }

    void theNetworkCanBeToldWholeTimes()
    {
        const TimeGrid exact = grid("karras", {}, 10);
        const TimeGrid rounded = grid("karras", {{"network_time", std::string("rounded")}}, 10);
        const TimeGrid truncated = grid("karras", {{"network_time", std::string("truncated")}}, 10);
        QVERIFY(exact[3].t != std::floor(exact[3].t));
        for (int i = 0; i < 10; ++i) {
            QCOMPARE(rounded[i].t, std::nearbyint(exact[i].t));
            QCOMPARE(truncated[i].t, std::floor(exact[i].t));
            QCOMPARE(rounded[i].sigma, exact[i].sigma);
        }
    }

    void lambdaMinLeavesTheNoisiestLevelsOut()
    {
        const NoiseSchedule cosine = makeSchedule({"cosine", {}});
        for (const char* rule : {"leading", "linspace", "trailing"}) {
            const TimeGrid made = grid(rule, {{"lambda_min", -5.1}}, 10, cosine);
            QVERIFY(made[0].lambda() >= -5.1 && made[0].t > 850);
        }
        const double first = grid("linspace", {{"lambda_min", -5.1}}, 10, cosine)[0].t;
        QVERIFY(cosine.levelAt(first + 1).lambda() < -5.1);
    }

    void theExtraEntryOfTheReferenceComesOnlyWhereItIsAskedFor()
    {
        const OptionValues quirk{{"float_arange", true}};
        QCOMPARE(grid("trailing", {}, 61).steps(), 61);
        QCOMPARE(grid("trailing", quirk, 61).steps(), 62);
        QCOMPARE(grid("trailing", quirk, 61)[61].t, -1.0);
        QCOMPARE(grid("trailing", quirk, 103).steps(), 104);
        QCOMPARE(grid("trailing", quirk, 60).steps(), 60);
    }

    void aTypedListIsTakenAsItIs()
    {
        QCOMPARE(times(grid("typed", typed("999, 500.5;100\n0"), 20)), "999 500.5 100 0");
        const TimeGrid sigmas = grid("typed", typed("10 1 0.1 0", "sigmas"), 20);
        QCOMPARE(sigmas.steps(), 3);
        compareSigmas(sigmas, {10, 1, 0.1, 0}, 1e-13);
        QCOMPARE(grid("typed", typed("10 1", "sigmas"), 1).steps(), 2);
        QCOMPARE(grid("typed", typed("10 1", "sigmas", "listed"), 1).steps(), 1);
        QCOMPARE(grid("typed", typed("10 1", "sigmas", "sigma_min"), 1)[2], stableDiffusion().level(0));
    }

    void anImpossibleTypedListIsRefused()
    {
        REFUSES(grid("typed", typed(""), 5), "empty");
        REFUSES(grid("typed", typed("999, abc"), 5), "\"abc\"");
        REFUSES(grid("typed", typed("999, nan"), 5), "nan");
        REFUSES(grid("typed", typed("999, 1e999"), 5), "1e999");
        REFUSES(grid("typed", typed("500, 500"), 5), "does not fall from 500 to 500");
        REFUSES(grid("typed", typed("500, 600"), 5), "does not fall");
        REFUSES(grid("typed", typed("1000, 500"), 5), "from 0 to 999");
        REFUSES(grid("typed", typed("500, -1"), 5), "from 0 to 999");
        REFUSES(grid("typed", typed("10, -1", "sigmas"), 5), "from 0 to 1000000");
        REFUSES(grid("typed", typed("0", "sigmas"), 5), "no level left");
        REFUSES(grid("typed", typed("500", "times", "listed"), 5), "no level left");
        std::string many = "999";
        for (int i = 1; i < 2000; ++i)
            many.append(" ").append(std::to_string(999 - i * 0.4));
        REFUSES(grid("typed", typed(many), 5), "1001 numbers");
    }

    void theIncompleteBetaHasItsClosedForms()
    {
        for (const double x : {1e-6, 0.01, 0.3, 0.5, 0.77, 0.999}) {
            const double arcsine = 2 / std::numbers::pi * std::asin(std::sqrt(x));
            QVERIFY(std::abs(regularisedIncompleteBeta(x, 0.5, 0.5) - arcsine) < 1e-14);
            QVERIFY(std::abs(regularisedIncompleteBeta(x, 2, 2) - x * x * (3 - 2 * x)) < 1e-14);
            QVERIFY(std::abs(regularisedIncompleteBeta(x, 3.5, 1) - std::pow(x, 3.5)) < 1e-14);
            for (const double a : {0.05, 0.6, 3.0, 20.0})
                for (const double b : {0.1, 0.6, 8.0}) {
                    const double p = regularisedIncompleteBeta(x, a, b);
                    if (p > 1e-12 && p < 1 - 1e-12)
                        QVERIFY(std::abs(regularisedIncompleteBeta(betaQuantile(p, a, b), a, b) - p) < 1e-12);
                }
        }
        QCOMPARE(betaQuantile(0, 0.6, 0.6), 0.0);
        QCOMPARE(betaQuantile(1, 0.6, 0.6), 1.0);
    }
};

QTEST_GUILESS_MAIN(TestTimeGrid)
#include "time_grid_test.moc"
