// SPDX-License-Identifier: GPL-3.0-or-later
// The ten pitfalls of the field (samplers.md, section 6): each is impossible here, or said beside the control
// that it concerns. What the window says of the sixth is in tests/ui/notices_test.cpp.
#include "core/base/error.h"
#include "core/denoise/guidance.h"
#include "core/run/recipe_checks.h"
#include "core/run/recipe_notices.h"
#include "core/schedule/schedule_registry.h"
#include "tests/core/refusal.h"
#include "tests/golden/mixture_fixture.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace diffuscope;
using namespace std::string_literals;
using run::Notice;
using run::NoticeKind;

namespace {

/// The notice on a field that holds these words; null if there is none.
const Notice* find(const std::vector<Notice>& notices, const std::string& field, const std::string& words)
{
    for (const auto& notice : notices)
        if (notice.field == field && test::contains(notice.text, words))
            return &notice;
    return nullptr;
}

std::vector<Notice> noticesOf(const recipe::Recipe& recipe, const std::string& target = "eps")
{
    return run::recipeNotices(recipe, {.schedule = {}, .target = target});
}

recipe::Recipe recipeWith(schedule::GridSpec grid, int steps, recipe::SamplerSpec sampler = {})
{
    recipe::Recipe recipe;
    recipe.grid = std::move(grid);
    recipe.steps = steps;
    recipe.sampler = std::move(sampler);
    return recipe;
}

schedule::NoiseSchedule linear()
{
    return schedule::makeSchedule({"linear", {}});
}

/// A run's steps, from seeded noise through the exact oracle.
std::vector<run::StepReport> steps(const recipe::SamplerSpec& spec, const schedule::TimeGrid& grid,
                                   int count = 8)
{
    const auto schedule = linear();
    denoise::GaussianMixtureDenoiser oracle(golden::mixture());
    const auto sampler = samplers::makeSampler(spec, schedule, grid);
    run::SeededNoise noise(3);
    const torch::Tensor start =
        run::initialState(noise.initial({count, 2}, torch::TensorOptions(torch::kDouble)), grid[0]);
    run::SamplingLoop loop({oracle, *sampler, schedule, grid, noise, {}}, start);
    std::vector<run::StepReport> all;
    while (!loop.isDone())
        all.push_back(loop.advance());
    return all;
}

double difference(const torch::Tensor& a, const torch::Tensor& b)
{
    return (a - b).abs().max().item<double>();
}

}  // namespace

class PitfallsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void first_leadingSaysThatItNeverVisitsTheNoisiestLevel()
    {
        const auto recipe = recipeWith({"leading", {}}, 20);
        const auto grid = schedule::makeTimeGrid(linear(), recipe.grid, recipe.steps);
        QCOMPARE(grid[0].t, 950.0);
        const auto notices = noticesOf(recipe);
        const Notice* notice = find(notices, "grid", "never visits");
        QVERIFY(notice);
        QCOMPARE(notice->kind, NoticeKind::information);
        QVERIFY(test::contains(notice->text, "950") && test::contains(notice->text, "999"));
        QVERIFY(test::contains(notice->explanation, "Trailing"));
        for (const char* rule : {"trailing", "linspace", "karras", "log_snr"})
            QVERIFY2(!find(noticesOf(recipeWith({rule, {}}, 20)), "grid", "never visits"), rule);
    }

    void second_noisePredictionWithoutSignalIsRefused()
    {
        auto recipe = recipeWith({"trailing", {}}, 10);
        recipe.schedule = schedule::ScheduleSpec{"linear", {{"terminal_snr", "zero"s}}};
        const auto schedule = schedule::makeSchedule(*recipe.schedule);
        const auto grid = schedule::makeTimeGrid(schedule, recipe.grid, recipe.steps);
        QCOMPARE(grid[0].alpha, 0.0);
        for (const auto* target : {"eps", "edm"}) {
            model::ModelCard card;
            card.target = target;
            QVERIFY(
                test::contains(test::refusal([&] { run::checkTarget(card, grid); }), "zero terminal SNR"));
            const auto notices = noticesOf(recipe, target);
            const Notice* notice = find(notices, "schedule", "no signal");
            QVERIFY(notice && notice->kind == NoticeKind::refusal);
            QVERIFY(test::contains(notice->explanation, "v or x0"));
        }
        for (const auto* target : {"v", "x0"}) {
            model::ModelCard card;
            card.target = target;
            run::checkTarget(card, grid);
            for (const auto& notice : noticesOf(recipe, target))
                QVERIFY(notice.kind == NoticeKind::information);
        }
        // A grid that leaves the level out may be used, and says so.
        recipe.grid.rule = "leading";
        const auto notices = noticesOf(recipe);
        QVERIFY(find(notices, "schedule", "not visited"));
        QVERIFY(std::none_of(notices.begin(), notices.end(),
                             [](const Notice& notice) { return notice.kind == NoticeKind::refusal; }));
    }

    void third_theStepToSigmaZeroIsOfFirstOrder_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("option");
        QTest::newRow("DPM-Solver++ 2M") << "dpmpp_2m"
                                         << "lower_order_final";
        QTest::newRow("DPM-Solver++ 3M") << "dpmpp_3m"
                                         << "lower_order_final";
        QTest::newRow("UniPC") << "unipc"
                               << "lower_at_end";
        for (const char* id : {"deis", "dpm_solver_multistep", "dpmpp_2m_sde", "dpmpp_2s", "sa_solver"})
            QTest::newRow(id) << id << "lower_order_final";
    }
    void third_theStepToSigmaZeroIsOfFirstOrder()
    {
        QFETCH(const QString, id);
        QFETCH(const QString, option);
        const base::OptionValue off =
            option == "lower_at_end" ? base::OptionValue("never"s) : base::OptionValue(false);
        const recipe::SamplerSpec spec{id.toStdString(), {{option.toStdString(), off}}};
        for (const int count : {3, 6, 20, 40}) {
            const auto recipe = recipeWith({"karras", {}}, count, spec);
            const auto grid = schedule::makeTimeGrid(linear(), recipe.grid, count);
            QVERIFY(grid.levels.back().isClean());
            const auto run = steps(spec, grid);
            // At first order the step to sigma = 0 is the estimate of the image itself.
            QVERIFY(difference(run.back().next, run.back().prediction->x0Hat) < 1e-12);
            QVERIFY(find(noticesOf(recipe), "sampler", "order 1"));
        }
        auto usual = recipeWith({"karras", {}}, 20, {id.toStdString(), {}});
        for (const auto& notice : noticesOf(usual))
            QVERIFY(notice.field != "sampler");
        // To a level that is not clean the order may be kept; with few steps that is said.
        const auto toLast = recipeWith({"karras", {{"final", "sigma_min"s}}}, 8, spec);
        QVERIFY(find(noticesOf(toLast), "sampler", "overshoot"));
    }

    void fourth_uniPcIsFiniteAtSigmaZero()
    {
        for (const double order : {1.0, 2.0, 3.0})
            for (const char* form : {"bh1", "bh2"})
                for (const char* kind : {"image", "noise"})
                    for (const char* lowered : {"automatic", "never"}) {
                        const recipe::SamplerSpec spec{"unipc",
                                                       {{"order", order},
                                                        {"solver_type", std::string(form)},
                                                        {"extrapolate", std::string(kind)},
                                                        {"lower_at_end", std::string(lowered)}}};
                        const auto grid = schedule::makeTimeGrid(linear(), {"karras", {}}, 10);
                        const auto run = steps(spec, grid);
                        QVERIFY2(torch::isfinite(run.back().next).all().item<bool>(), form);
                        // Each point of the mixture lies within two of the origin.
                        QVERIFY2(run.back().next.abs().max().item<double>() < 3, kind);
                    }
        const recipe::SamplerSpec bh1{"unipc", {{"solver_type", "bh1"s}}};
        QVERIFY(find(noticesOf(recipeWith({"karras", {}}, 10, bh1)), "sampler", "bh1"));
        QVERIFY(!find(noticesOf(recipeWith({"karras", {}}, 10, {"unipc", {}})), "sampler", "bh1"));
        QVERIFY(
            !find(noticesOf(recipeWith({"karras", {{"final", "sigma_min"s}}}, 20, bh1)), "sampler", "bh1"));
    }

    void fifth_anImagesNoiseDoesNotDependOnTheBatch()
    {
        const torch::TensorOptions options(torch::kDouble);
        run::SeededNoise alone(11, 3);
        run::SeededNoise among(11);
        QVERIFY(torch::equal(alone.initial({1, 1, 28, 28}, options)[0],
                             among.initial({5, 1, 28, 28}, options)[3]));
        for (const int step : {0, 7})
            QVERIFY(torch::equal(alone.draw({1, 1, 28, 28}, options, step, 0)[0],
                                 among.draw({64, 1, 28, 28}, options, step, 0)[3]));
        // And so do not the images of a sampler that draws noise at each step.
        const auto grid = schedule::makeTimeGrid(linear(), {"trailing", {}}, 10);
        QVERIFY(difference(steps({"ddpm", {}}, grid, 2).back().next,
                           steps({"ddpm", {}}, grid, 9).back().next.slice(0, 0, 2)) < 1e-12);
    }

    void sixth_stepTwentyOfFortyIsNotTheResultOfTwenty()
    {
        const auto forty = steps({}, schedule::makeTimeGrid(linear(), {"leading", {}}, 40));
        const auto twenty = steps({}, schedule::makeTimeGrid(linear(), {"leading", {}}, 20));
        QVERIFY(difference(forty[19].next, twenty[19].next) > 0.1);
        QVERIFY(difference(forty[39].next, twenty[19].next) < 0.1);
    }

    void seventh_theProductIsTakenInDouble()
    {
        const auto schedule = linear();
        long double exact = 1;
        float naive = 1;
        double worst = 0;
        double worstNaive = 0;
        for (int t = 0; t < schedule.levels(); ++t) {
            exact *= 1 - (long double)(schedule.beta(t));
            naive *= 1 - float(schedule.beta(t));
            worst = std::max(worst, std::abs(double(schedule.alphaBar(t) / exact) - 1));
            worstNaive = std::max(worstNaive, std::abs(double(naive / exact) - 1));
        }
        QVERIFY2(worst < 1e-13, qPrintable(QString::number(worst)));
        QVERIFY2(worstNaive > 1e-7, qPrintable(QString::number(worstNaive)));
    }

    void eighth_aMaximumOfOneIsPlainClippingAndSaysSo()
    {
        const recipe::ClippingSpec plain{"fixed", {}};
        const recipe::ClippingSpec dynamic{"dynamic", {{"maximum", 1.0}, {"percentile", 0.7}}};
        const torch::Tensor x = run::SeededNoise(5).initial({6, 2}, torch::TensorOptions(torch::kDouble));
        const auto level = linear().level(300);
        const auto clippedBy = [&](const recipe::ClippingSpec& spec) {
            auto wide = golden::mixture();
            wide.means = wide.means * 3;
            return denoise::clipped(std::make_unique<denoise::GaussianMixtureDenoiser>(wide), spec)
                ->predict(x, level, {})
                .x0Hat;
        };
        QVERIFY(torch::equal(clippedBy(plain), clippedBy(dynamic)));
        QVERIFY(difference(clippedBy(plain), clippedBy({"dynamic", {{"percentile", 0.7}}})) > 1e-3);
        recipe::Recipe recipe;
        recipe.clipping = dynamic;
        QVERIFY(find(noticesOf(recipe), "clipping", "plain clipping"));
        recipe.clipping = {"dynamic", {}};
        QVERIFY(!find(noticesOf(recipe), "clipping", "plain clipping"));
    }

    void ninth_betaIsCapped()
    {
        const auto cosine = schedule::makeSchedule({"cosine", {}});
        for (int t = 0; t < cosine.levels(); ++t)
            QVERIFY(cosine.beta(t) <= 0.999 + 1e-12);
        QVERIFY(std::abs(cosine.beta(999) - 0.999) < 1e-12);
        QVERIFY(cosine.alphaBar(999) > 0);
        QVERIFY(test::contains(test::refusal([] {
                                   schedule::makeSchedule({"cosine", {{"max_beta", 1.0}}});
                               }),
                               "max_beta"));
        recipe::Recipe recipe;
        recipe.schedule = schedule::ScheduleSpec{"cosine", {{"max_beta", 0.9}}};
        QVERIFY(find(noticesOf(recipe), "schedule", "capped at 0.9"));
        recipe.schedule->options.clear();
        QVERIFY(!find(noticesOf(recipe), "schedule", "capped"));
    }

    void tenth_repeatedTimesAreCountedOrAvoided()
    {
        const auto rounded = recipeWith({"karras", {{"network_time", "rounded"s}}}, 300);
        const auto grid = schedule::makeTimeGrid(linear(), rounded.grid, rounded.steps);
        int repeated = 0;
        for (int i = 1; i < grid.steps(); ++i)
            repeated += grid[i].t == grid[i - 1].t ? 1 : 0;
        QVERIFY(repeated > 1);
        QVERIFY(find(noticesOf(rounded), "grid", std::to_string(repeated) + " steps fall"));
        QVERIFY(!find(noticesOf(recipeWith({"karras", {}}, 300)), "grid", "fall"));

        const auto quadratic = recipeWith({"quadratic", {}}, 200);
        const auto times = schedule::makeTimeGrid(linear(), quadratic.grid, quadratic.steps);
        for (int i = 1; i < times.steps(); ++i)
            QVERIFY(times[i].t < times[i - 1].t);
        QVERIFY(find(noticesOf(quadratic), "grid", "fractional"));
        QVERIFY(!find(noticesOf(recipeWith({"quadratic", {}}, 10)), "grid", "fractional"));
    }

    void anotherScheduleThanTheTrainedOneIsSaid()
    {
        recipe::Recipe recipe;
        QVERIFY(!find(noticesOf(recipe), "schedule", "another schedule"));
        recipe.schedule = schedule::ScheduleSpec{"linear", {}};
        QVERIFY(!find(noticesOf(recipe), "schedule", "another schedule"));
        recipe.schedule->family = "cosine";
        recipe.grid.rule = "trailing";
        const auto notices = noticesOf(recipe);
        const Notice* notice = find(notices, "schedule", "another schedule");
        QVERIFY(notice && test::contains(notice->text, "log-SNR"));
        const double told =
            linear().timeOfNoiseToSignal(schedule::makeSchedule({"cosine", {}}).level(500).noiseToSignal());
        QVERIFY(test::contains(notice->explanation, QString::number(told, 'f', 2).toStdString()));
        QVERIFY(test::contains(notice->explanation, "noisier than any of training"));
        recipe.schedule->family = "drawn";
        QVERIFY(find(noticesOf(recipe), "schedule", "another schedule"));
    }

    void aCurveOfGuidanceReplacesTheScale()
    {
        recipe::Recipe recipe;
        recipe.guidance.options["curve"] = "0:1, 1:4"s;
        QVERIFY(find(noticesOf(recipe), "guidance", "curve"));
        recipe.guidance.options["curve"] = "0:1, 0:4"s;
        const auto notices = noticesOf(recipe);
        const Notice* refusal = find(notices, "guidance", "repeats");
        QVERIFY(refusal && refusal->kind == NoticeKind::refusal);
    }

    void restartSaysWhereItNeverRestarts()
    {
        // Trailing ends at t = 49, far above t min; leading visits t = 0.
        const auto trailing = recipeWith({"trailing", {}}, 20, {"restart", {}});
        QVERIFY(find(noticesOf(trailing), "sampler", "Never restarts"));
        QVERIFY(!find(noticesOf(recipeWith({"leading", {}}, 20, {"restart", {}})), "sampler", "Never"));
        // What the notice says is what happens: as many evaluations as Heun's.
        const auto grid = schedule::makeTimeGrid(linear(), trailing.grid, 20);
        const auto evaluations = [&grid](const char* id) {
            int count = 0;
            for (const auto& step : steps({id, {}}, grid))
                count += int(step.evaluated.size());
            return count;
        };
        QCOMPARE(evaluations("restart"), evaluations("heun"));
    }

    void whatCannotBeMadeIsARefusalAtItsControl()
    {
        recipe::Recipe recipe;
        recipe.steps = 1001;
        QCOMPARE(noticesOf(recipe).front().field, "grid"s);
        QCOMPARE(noticesOf(recipe).front().kind, NoticeKind::refusal);
        recipe.schedule = schedule::ScheduleSpec{"drawn", {{"points", "0:0.5, 1:0.7"s}}};
        QCOMPARE(noticesOf(recipe).front().field, "schedule"s);
        QVERIFY(test::contains(noticesOf(recipe).front().text, "does not fall"));
    }
};

QTEST_GUILESS_MAIN(PitfallsTest)
#include "pitfalls_test.moc"
