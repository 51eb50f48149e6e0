// SPDX-License-Identifier: GPL-3.0-or-later
// What the registry promises of every sampler, and what is refused before a run starts.
#include "core/base/error.h"
#include "core/samplers/sampler_registry.h"
#include "core/schedule/schedule_registry.h"
#include "tests/golden/mixture_fixture.h"

#include <QMap>
#include <QTest>

#include <algorithm>
#include <set>

using namespace diffuscope;
using recipe::SamplerSpec;
using std::string_literals::operator""s;

Q_DECLARE_METATYPE(diffuscope::recipe::SamplerSpec)

namespace {

schedule::NoiseSchedule linear(const std::string& terminal = "as_is")
{
    return schedule::makeSchedule({"linear", {{"terminal_snr", terminal}}});
}

/// Evaluations of a whole run above or below steps times those per step.
QMap<QString, int> otherwiseThanPerStep()
{
    return {
        {"pndm", 1},             // the first step of PLMS looks twice
        {"heunpp2", -3},         // two looks in the last step but one, one in the last
        {"sa_solver_pece", -1},  // nothing to correct in the first step
        {"dpm_fast", -3},        // orders 2 and 1 at the end
        {"edm_ablation", -1},    // the last step is of order 1
    };
}

}  // namespace

class SamplerRegistryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everySamplerIsDescribed();
    void dashesAndUnderscoresNameTheSameSampler();
    void everySamplerGivesFiniteImages_data();
    void everySamplerGivesFiniteImages();
    void evaluationsAreWhatTheRegistrySays();
    void inverseLeadsBackToTheStart();
    void lcmDenoisesAtTimeZero();
    void invalidOptionsAreRefusedBeforeAnyEvaluation_data();
    void invalidOptionsAreRefusedBeforeAnyEvaluation();
};

void SamplerRegistryTest::everySamplerIsDescribed()
{
    std::set<std::string> ids;
    for (const auto& info : samplers::samplers()) {
        const char* id = info.id.c_str();
        QVERIFY2(ids.insert(info.id).second, id);
        QVERIFY2(!info.displayName.empty() && !info.family.empty() && !info.source.empty(), id);
        // Two sentences: one full stop within, one at the end.
        QVERIFY2(info.description.find(". ") != std::string::npos && info.description.ends_with('.'), id);
        QVERIFY2(info.order >= 1 && info.evaluationsPerStep >= 1, id);
        for (const auto& option : info.options)
            QVERIFY2(!option.displayName.empty() && option.explanation.ends_with('.'), option.id.c_str());
        (void)base::completed(info.displayName, info.options, {});  // defaults lie within their ranges
    }
}

void SamplerRegistryTest::dashesAndUnderscoresNameTheSameSampler()
{
    QCOMPARE(samplers::samplerInfo("dpmpp-2m").id, std::string("dpmpp_2m"));
    QVERIFY_EXCEPTION_THROWN((void)samplers::samplerInfo("dpmpp_9z"), Error);
}

void SamplerRegistryTest::everySamplerGivesFiniteImages_data()
{
    QTest::addColumn<QString>("id");
    QTest::addColumn<int>("steps");
    for (const auto& info : samplers::samplers())
        for (const int steps : {5, 10, 20, 50})
            if (!info.inverse)
                QTest::addRow("%s %d", info.id.c_str(), steps) << QString::fromStdString(info.id) << steps;
}

void SamplerRegistryTest::everySamplerGivesFiniteImages()
{
    QFETCH(QString, id);
    QFETCH(int, steps);
    const auto schedule = linear();
    for (const char* rule : {"leading", "trailing", "karras"}) {
        const auto grid = schedule::makeTimeGrid(schedule, {rule, {}}, steps);
        const torch::Tensor x = golden::sampled({id.toStdString(), {}}, schedule, grid, 256);
        const double largest = x.abs().max().item<double>();
        // The mixture lies within ±2.2. Few steps miss its shape, not its place; five miss more, unclipped as
        // here.
        QVERIFY2(std::isfinite(largest) && largest < (steps < 10 ? 20 : 6),
                 qPrintable(QString("%1: |x| up to %2").arg(rule).arg(largest)));
        const double distance =
            std::get<0>(torch::cdist(x, golden::mixture().means).min(1)).mean().item<double>();
        // Five unclipped Karras steps from sigma/alpha = 157 are too far apart for DPM2 ancestral, whose
        // midpoints lie near the clean image: the formula itself, written again in another language, ends 6.2
        // from the nearest mean too (0.76 with ten steps).
        if (id == "dpm2_a" && steps == 5 && qstrcmp(rule, "karras") == 0) {
            QVERIFY2(distance > 5 && distance < 7.5, qPrintable(QString::number(distance)));
            continue;
        }
        QVERIFY2(distance < (steps < 10   ? 2.5
                             : steps < 20 ? 1.5
                                          : 0.8),
                 qPrintable(QString("%1: %2 from the nearest mean").arg(rule).arg(distance)));
    }
}

void SamplerRegistryTest::evaluationsAreWhatTheRegistrySays()
{
    const auto schedule = linear();
    const int steps = 12;
    const auto grid =
        schedule::makeTimeGrid(schedule, {"log_snr", {{"sigma_max", 20.0}, {"sigma_min", 0.4}}}, steps);
    for (const auto& info : samplers::samplers()) {
        if (info.adaptive || info.inverse)
            continue;
        denoise::GaussianMixtureDenoiser oracle(golden::mixture());
        const auto sampler = samplers::makeSampler({info.id, {}}, schedule, grid);
        run::SeededNoise noise(3);
        run::SamplingLoop loop({oracle, *sampler, schedule, grid, noise, {}},
                               noise.initial({4, 2}, torch::TensorOptions(torch::kDouble)));
        while (!loop.isDone())
            loop.advance();
        const int extra = otherwiseThanPerStep().value(QString::fromStdString(info.id));
        QVERIFY2(loop.totalEvaluations() == steps * info.evaluationsPerStep + extra,
                 qPrintable(QString("%1: %2").arg(info.id.c_str()).arg(loop.totalEvaluations())));
    }
}

void SamplerRegistryTest::inverseLeadsBackToTheStart()
{
    const auto schedule = linear();
    auto grid = schedule::makeTimeGrid(schedule, {"log_snr", {{"final", "sigma_min"s}}}, 800);
    std::reverse(grid.levels.begin(), grid.levels.end());
    denoise::GaussianMixtureDenoiser oracle(golden::mixture());
    const torch::Tensor x = golden::mixture().sample(64, 5);
    run::SeededNoise none(1);
    const auto run = [&](const char* id, const torch::Tensor& start) {
        const auto sampler = samplers::makeSampler({id, {}}, schedule, grid);
        run::SamplingLoop loop({oracle, *sampler, schedule, grid, none, {}}, start);
        while (!loop.isDone())
            loop.advance();
        return loop.state();
    };
    const torch::Tensor noise = run("ddim_inverse", x);
    QVERIFY(std::abs(noise.std().item<double>() - 1) < 0.15);
    std::reverse(grid.levels.begin(), grid.levels.end());
    const double largest = (run("ddim", noise) - x).abs().max().item<double>();
    QVERIFY2(largest < 0.05, qPrintable(QString("off by %1").arg(largest)));
}

void SamplerRegistryTest::lcmDenoisesAtTimeZero()
{
    // A grid whose last level is training time 0, where the boundary weights of the students would hand the
    // state back as it is.
    const auto schedule = linear();
    schedule::TimeGrid grid;
    for (const int time : {999, 500, 0})
        grid.levels.push_back(schedule.level(time));
    grid.levels.push_back({0, 1, 0});
    denoise::GaussianMixtureDenoiser oracle(golden::mixture());
    const auto sampler = samplers::makeSampler({"lcm", {}}, schedule, grid);
    run::SeededNoise noise(4);
    run::SamplingLoop loop({oracle, *sampler, schedule, grid, noise, {}},
                           noise.initial({16, 2}, torch::TensorOptions(torch::kDouble)));
    while (loop.index() + 1 < grid.steps())
        loop.advance();
    const torch::Tensor wanted = oracle.predict(loop.state(), grid[2], {}).x0Hat;
    QVERIFY((wanted - loop.state()).abs().max().item<double>() > 1e-4);
    loop.advance();
    QVERIFY((wanted - loop.state()).abs().max().item<double>() < 1e-12);
}

void SamplerRegistryTest::invalidOptionsAreRefusedBeforeAnyEvaluation_data()
{
    QTest::addColumn<SamplerSpec>("spec");
    QTest::addColumn<int>("steps");
    QTest::addColumn<QString>("terminal");
    QTest::addColumn<QString>("named");  ///< what the sentence must name
    const auto row = [](const char* name, SamplerSpec spec, int steps, const char* named,
                        const char* terminal = "as_is") {
        QTest::newRow(name) << spec << steps << QString(terminal) << QString(named);
    };
    row("eta above 1", {"ddim", {{"eta", 1.5}}}, 10, "\"eta\"");
    row("eta below 0", {"ddim", {{"eta", -0.1}}}, 10, "from 0 to 1");
    row("eta NaN", {"ddim", {{"eta", std::nan("")}}}, 10, "\"eta\"");
    row("churn below 0", {"euler", {{"churn", -1.0}}}, 10, "\"churn\"");
    row("empty churn interval", {"heun", {{"churn_from", 5.0}, {"churn_to", 1.0}}}, 10, "\"churn_from\"");
    row("tolerance 0", {"rk45", {{"rtol", 0.0}}}, 10, "\"rtol\"");
    row("tolerance 0 of DPM", {"dpm_adaptive", {{"atol", 0.0}}}, 10, "\"atol\"");
    row("order above the steps", {"unipc", {{"order", 3.0}}}, 2, "\"order\"");
    row("order above the steps, DEIS", {"deis", {{"order", 3.0}}}, 2, "from 1 to 2");
    row("order above the steps, LMS", {"lms", {}}, 3, "\"order\"");
    row("order not whole", {"unipc", {{"order", 2.5}}}, 10, "\"order\"");
    row("3M with two steps", {"dpmpp_3m", {}}, 2, "\"steps\"");
    row("PNDM with three steps", {"pndm", {}}, 3, "\"steps\"");
    row("SA-Solver order above the steps", {"sa_solver", {{"predictor_order", 3.0}}}, 2,
        "\"predictor_order\"");
    row("empty tau interval", {"sa_solver", {{"tau_from", 900.0}}}, 10, "\"tau_from\"");
    row("SDE of order 3", {"dpm_solver_multistep", {{"order", 3.0}, {"sde", true}}}, 10, "\"order\"");
    row("empty restart interval", {"restart", {{"restart_at", 0.5}}}, 10, "\"restart_at\"");
    row("restart above the schedule", {"restart", {{"restart_from", 900.0}}}, 10, "\"restart_from\"");
    row("uncorrected steps not numbers", {"unipc", {{"disable_corrector", "first"s}}}, 10,
        "\"disable_corrector\"");
    row("unknown option", {"heun", {{"eta", 0.5}}}, 10, "\"eta\"");
    row("unknown choice", {"ddpm", {{"variance", "huge"s}}}, 10, "\"variance\"");
    row("no signal at the first level", {"heun", {}}, 10, "alpha = 0", "zero");
    row("grid from noise to image for the inverse", {"ddim_inverse", {}}, 10, "image to noise");
}

void SamplerRegistryTest::invalidOptionsAreRefusedBeforeAnyEvaluation()
{
    QFETCH(SamplerSpec, spec);
    QFETCH(int, steps);
    QFETCH(QString, terminal);
    QFETCH(QString, named);
    const auto schedule = linear(terminal.toStdString());
    const auto grid = schedule::makeTimeGrid(schedule, {"trailing", {}}, steps);
    try {
        (void)samplers::makeSampler(spec, schedule, grid);
        QFAIL("accepted");
    } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::invalidOption);
        const QString said = QString::fromUtf8(error.what());
        QVERIFY2(said.contains(named), qPrintable(said));
        QVERIFY2(!error.hint().empty(), qPrintable(said));
    }
}

QTEST_GUILESS_MAIN(SamplerRegistryTest)
#include "sampler_registry_test.moc"
