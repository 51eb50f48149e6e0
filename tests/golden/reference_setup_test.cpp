// SPDX-License-Identifier: GPL-3.0-or-later
// What the options of other programs' trajectories become here: grids, samplers, and what is refused by name.
#include "core/verify/reference_setup.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using verify::ReferenceCase;
using verify::ReferenceOptions;
using verify::ReferenceSetup;
using std::string_literals::operator""s;

namespace {

ReferenceCase caseOf(const char* reference, int steps, ReferenceOptions config,
                     ReferenceOptions stepOptions = {})
{
    ReferenceCase made;
    made.reference = reference;
    made.steps = steps;
    made.config = std::move(config);
    made.stepOptions = std::move(stepOptions);
    made.initialNoise = {.rows = 1, .columns = 2, .values = {0, 0}};
    return made;
}

ReferenceSetup setupOf(const char* reference, int steps, ReferenceOptions config,
                       ReferenceOptions stepOptions = {})
{
    return verify::referenceSetup(caseOf(reference, steps, std::move(config), std::move(stepOptions)));
}

double sigmaAt(const ReferenceSetup& setup, int i)
{
    return setup.grid[i].sigma;
}

}  // namespace

class ReferenceSetupTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void trailingHasTheReferencesEntries_data();
    void trailingHasTheReferencesEntries();
    void trailingRoundsHalvesAsTheirLastDigitFalls();
    void oneStepOfLinspaceIsTimeZero();
    void flowSigmasLieOnTheShiftedFlow();
    void dynamicShiftIsTheSameByEitherType();
    void flowEndsAtTheTerminalAndTurnsAround();
    void studentsTakeTheCleanerPart();
    void rescaledSchedulesEndAtTheirFiniteSigma();
    void learnedRangeNeedsTheColumns();
    void ordersAreNoHigherThanTheSteps();
    void whatCannotBeIsRefusedByName_data();
    void whatCannotBeIsRefusedByName();
};

void ReferenceSetupTest::trailingHasTheReferencesEntries_data()
{
    QTest::addColumn<int>("asked");
    QTest::addColumn<int>("entries");
    // ceil(1000/(1000/N)) in double is N + 1 for these: a float arange of numpy has an entry too many.
    for (const int extra : {61, 103})
        QTest::addRow("%d", extra) << extra << extra + 1;
    for (const int exact : {1, 2, 3, 60, 62, 100, 999, 1000})
        QTest::addRow("%d", exact) << exact << exact;
}

void ReferenceSetupTest::trailingHasTheReferencesEntries()
{
    QFETCH(int, asked);
    QFETCH(int, entries);
    for (const char* name : {"DDIMScheduler", "DDPMScheduler", "EulerDiscreteScheduler",
                             "DPMSolverMultistepScheduler", "UniPCMultistepScheduler"}) {
        const ReferenceSetup setup = setupOf(name, asked, {{"timestep_spacing", "trailing"s}});
        QVERIFY2(setup.grid.steps() == entries, name);
        const auto& last = setup.grid[entries - 1];
        QVERIFY2((last.t == -1) == (entries > asked), name);
        if (last.t == -1) {
            // An index of −1 is the last training level; interpolation stops at the first.
            const bool byIndex = name == "DDIMScheduler"s || name == "DDPMScheduler"s;
            QVERIFY2(last.sigma == setup.schedule.level(byIndex ? 999 : 0).sigma, name);
        }
    }
}

void ReferenceSetupTest::trailingRoundsHalvesAsTheirLastDigitFalls()
{
    // 1000 − 3·1000/48 = 937.5 exactly; in a float arange it is 937.49999999999989.
    const ReferenceSetup theirs = setupOf("DDIMScheduler", 48, {{"timestep_spacing", "trailing"s}});
    QCOMPARE(theirs.grid[3].t, 936.0);
    QCOMPARE(schedule::makeTimeGrid(theirs.schedule, {"trailing", {}}, 48)[3].t, 937.0);
}

void ReferenceSetupTest::oneStepOfLinspaceIsTimeZero()
{
    QCOMPARE(setupOf("EulerDiscreteScheduler", 1, {}).grid[0].t, 0.0);
    QCOMPARE(setupOf("DPMSolverMultistepScheduler", 1, {}).grid[0].t, 999.0);
}

void ReferenceSetupTest::flowSigmasLieOnTheShiftedFlow()
{
    for (const char* name : {"DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler",
                             "DEISMultistepScheduler", "SASolverScheduler"}) {
        const ReferenceSetup setup = setupOf(
            name, 10,
            {{"use_flow_sigmas", true}, {"flow_shift", 3.0}, {"prediction_type", "flow_prediction"s}});
        QCOMPARE(int(setup.target), int(denoise::PredictionTarget::flow));
        for (int i = 0; i < 10; ++i) {
            const double u = 0.999 * (10 - i) / 10;
            QVERIFY2(std::abs(sigmaAt(setup, i) - 3 * u / (1 + 2 * u)) < 1e-14, name);
            QVERIFY2(std::abs(setup.grid[i].alpha + setup.grid[i].sigma - 1) < 1e-15, name);
            QVERIFY2(setup.grid[i].t == std::floor(1000 * sigmaAt(setup, i)), name);
        }
    }
}

void ReferenceSetupTest::dynamicShiftIsTheSameByEitherType()
{
    const char* name = "FlowMatchEulerDiscreteScheduler";
    const ReferenceSetup plain = setupOf(name, 8, {});
    const ReferenceSetup byExponent =
        setupOf(name, 8, {{"use_dynamic_shifting", true}}, {{"mu", std::log(3.0)}});
    const ReferenceSetup byFactor =
        setupOf(name, 8, {{"use_dynamic_shifting", true}, {"time_shift_type", "linear"s}}, {{"mu", 3.0}});
    for (int i = 0; i < 8; ++i) {
        const double u = sigmaAt(plain, i);
        QVERIFY(std::abs(sigmaAt(byExponent, i) - 3 * u / (1 + 2 * u)) < 1e-14);
        QVERIFY(std::abs(sigmaAt(byExponent, i) - sigmaAt(byFactor, i)) < 1e-14);
    }
}

void ReferenceSetupTest::flowEndsAtTheTerminalAndTurnsAround()
{
    const char* name = "FlowMatchEulerDiscreteScheduler";
    const ReferenceSetup stretched = setupOf(name, 8, {{"shift_terminal", 0.1}});
    QVERIFY(std::abs(sigmaAt(stretched, 7) - 0.1) < 1e-14);
    QCOMPARE(sigmaAt(stretched, 0), 1.0);
    const ReferenceSetup inverted = setupOf(name, 8, {{"invert_sigmas", true}, {"shift_terminal", 0.1}});
    for (int i = 0; i < 8; ++i)
        QVERIFY(std::abs(sigmaAt(inverted, i) + sigmaAt(stretched, i) - 1) < 1e-14);
    QCOMPARE(sigmaAt(inverted, 8), 1.0);
}

void ReferenceSetupTest::studentsTakeTheCleanerPart()
{
    // 50 teacher steps at 19, 39 … 999; the cleaner half of them ends at 499.
    const ReferenceSetup half = setupOf("LCMScheduler", 5, {}, {{"strength", 0.5}});
    QCOMPARE(half.grid[0].t, 499.0);
    QCOMPARE(half.grid[1].t, 399.0);
    const ReferenceSetup all = setupOf("TCDScheduler", 4, {{"original_inference_steps", std::monostate()}});
    QCOMPARE(all.grid[0].t, 999.0);
    QCOMPARE(all.grid[1].t, 749.0);
}

void ReferenceSetupTest::rescaledSchedulesEndAtTheirFiniteSigma()
{
    const ReferenceOptions rescaled{{"rescale_betas_zero_snr", true}, {"timestep_spacing", "trailing"s}};
    QCOMPARE(setupOf("EulerDiscreteScheduler", 5, rescaled).grid[0].alpha, std::ldexp(1.0, -12));
    QCOMPARE(setupOf("UniPCMultistepScheduler", 5, rescaled).grid[0].alpha, std::ldexp(1.0, -12));
    QCOMPARE(setupOf("DDIMScheduler", 5, rescaled).grid[0].alpha, 0.0);
}

void ReferenceSetupTest::learnedRangeNeedsTheColumns()
{
    ReferenceCase learned = caseOf("DDPMScheduler", 5, {{"variance_type", "learned_range"s}});
    QVERIFY_EXCEPTION_THROWN((void)verify::referenceSetup(learned), verify::UnsupportedOption);
    verify::ReferenceEvaluation evaluation;
    evaluation.output = {.rows = 1, .columns = 4, .values = {0, 0, 1, -1}};
    learned.evaluations.push_back(evaluation);
    QVERIFY(verify::referenceSetup(learned).learnsVariance);
}

void ReferenceSetupTest::ordersAreNoHigherThanTheSteps()
{
    const auto orderOf = [](const ReferenceSetup& setup) {
        return std::get<double>(setup.sampler.options.at("order"));
    };
    QCOMPARE(orderOf(setupOf("UniPCMultistepScheduler", 2, {{"solver_order", 3.0}})), 2.0);
    QCOMPARE(orderOf(setupOf("LMSDiscreteScheduler", 3, {})), 3.0);
    QCOMPARE(setupOf("DPMSolverMultistepScheduler", 1, {}).sampler.id, "ddim"s);
}

void ReferenceSetupTest::whatCannotBeIsRefusedByName_data()
{
    QTest::addColumn<QString>("reference");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    const auto row = [](const char* reference, const char* key, const char* value) {
        QTest::addRow("%s %s=%s", reference, key, value) << reference << key << value;
    };
    row("DDPMScheduler", "variance_type", "fixed_large_log");
    row("DDPMScheduler", "variance_type", "learned");
    row("DDPMScheduler", "beta_schedule", "wavy");
    row("DDIMInverseScheduler", "timestep_spacing", "linspace");
    row("PNDMScheduler", "prediction_type", "sample");
    row("EulerDiscreteScheduler", "interpolation_type", "cubic");
    row("EulerDiscreteScheduler", "timestep_type", "vague");
    row("EulerDiscreteScheduler", "prediction_type", "flow_prediction");
    row("UniPCMultistepScheduler", "final_sigmas_type", "sigma_max");
    row("UniPCMultistepScheduler", "solver_p", "DPMSolverMultistepScheduler");
    row("SASolverScheduler", "tau_func", "lambda t: 1");
    row("SASolverScheduler", "algorithm_type", "velocity_prediction");
    row("DPMSolverMultistepScheduler", "variance_type", "learned_range");
    row("FlowMatchEulerDiscreteScheduler", "use_dark_magic", "yes");
}

void ReferenceSetupTest::whatCannotBeIsRefusedByName()
{
    QFETCH(QString, reference);
    QFETCH(QString, key);
    QFETCH(QString, value);
    try {
        (void)setupOf(reference.toUtf8().constData(), 5, {{key.toStdString(), value.toStdString()}});
        QFAIL("accepted");
    } catch (const verify::UnsupportedOption& refused) {
        QCOMPARE(QString(refused.what()), key + "=" + value);
    }
}

QTEST_GUILESS_MAIN(ReferenceSetupTest)
#include "reference_setup_test.moc"
