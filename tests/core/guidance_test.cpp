// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/denoise/guidance.h"
#include "core/recipe/guidance_curve.h"
#include "tests/support/fake_denoiser.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace diffuscope;
using namespace diffuscope::denoise;
using namespace diffuscope::recipe;
using diffuscope::test::FakeDenoiser;
using diffuscope::test::largestDifference;

namespace {

const schedule::NoiseLevel level{500, 0.8, 0.6};
constexpr int batch = 3;

/// What the fake network says of a class: different for every class, −1 included, and dependent on x.
Tensor answer(const Tensor& image, int label)
{
    const Tensor ramp = torch::linspace(-1, 1, image.numel(), image.options()).view_as(image);
    return 0.3 * image + torch::sin(ramp * (label + 2)) * (0.5 + 0.1 * label);
}

/// x0Hat of the whole batch under one class.
Tensor said(const Tensor& x, int label)
{
    std::vector<Tensor> images;
    for (std::int64_t k = 0; k < x.size(0); ++k)
        images.push_back(answer(x[k], label));
    return torch::stack(images);
}

Tensor state()
{
    torch::manual_seed(3);
    return torch::randn({batch, 1, 4, 4}, torch::kDouble);
}

Tensor noiseBeside(const Tensor& x, const Tensor& x0)
{
    return (x - level.alpha * x0) / level.sigma;
}

Tensor innerProduct(const Tensor& a, const Tensor& b)
{
    return (a * b).sum({1, 2, 3}, true);
}

struct Guided
{
    std::vector<FakeDenoiser::Call> calls{};
    std::unique_ptr<Denoiser> denoiser{};

    Guided(const GuidanceSpec& spec, GuidanceContext context = {})
    {
        denoiser = guided(std::make_unique<FakeDenoiser>(answer, &calls), spec, std::move(context));
    }
    Prediction operator()(const Tensor& x, const Condition& condition = Condition::classLabel(7))
    {
        return denoiser->predict(x, level, condition);
    }
};

GuidanceContext atProgress(double* progress, int steps)
{
    GuidanceContext context;
    context.progress = [progress](const schedule::NoiseLevel&) { return *progress; };
    context.steps = steps;
    return context;
}

QString refusal(const GuidanceSpec& spec)
{
    try {
        Guided refused(spec);
    } catch (const Error& error) {
        return error.code() == ErrorCode::invalidOption ? QString(error.what()) : QString();
    }
    return {};
}

}  // namespace

class GuidanceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aGuidedPairIsOneBatchAndBothAreReported()
    {
        Guided guidance({.rule = "cfg", .scale = 3, .options = {}});
        const Tensor x = state();
        const Prediction p = guidance(x);
        QCOMPARE(guidance.calls.size(), std::size_t(1));
        QCOMPARE(guidance.calls[0].classes, (std::vector<int>{7, 7, 7, -1, -1, -1}));
        const Tensor expected = said(x, -1) + 3 * (said(x, 7) - said(x, -1));
        QVERIFY(largestDifference(p.x0Hat, expected) < 1e-14);
        QVERIFY(largestDifference(p.epsHat, noiseBeside(x, expected)) < 1e-13);
        QVERIFY(largestDifference(p.x0HatConditional, said(x, 7)) == 0);
        QVERIFY(largestDifference(p.x0HatUnconditional, said(x, -1)) == 0);
        QCOMPARE(p.guidanceScale, 3.0);
    }

    void classesInTurnStayWithTheirImages()
    {
        Guided guidance({.rule = "cfg", .scale = 2, .options = {}});
        guidance(state(), Condition{{4, 5}});
        QCOMPARE(guidance.calls[0].classes, (std::vector<int>{4, 5, 4, -1, -1, -1}));
    }

    void oneEvaluationWhereOneIsAllThatMatters()
    {
        const Tensor x = state();
        Guided one({.rule = "cfg", .scale = 1, .options = {}});
        QVERIFY(largestDifference(one(x).x0Hat, said(x, 7)) == 0);
        QCOMPARE(one.calls[0].batch, std::int64_t(batch));
        Guided none({.rule = "cfg", .scale = 5, .options = {}});
        QVERIFY(largestDifference(none(x, Condition::none()).x0Hat, said(x, -1)) == 0);
        QCOMPARE(none.calls[0].batch, std::int64_t(batch));
        Guided zero({.rule = "cfg", .scale = 0, .options = {}});
        QVERIFY(largestDifference(zero(x).x0Hat, said(x, -1)) == 0);
        QCOMPARE(zero.calls[0].batch, std::int64_t(batch));
    }

    void bothConventionsOfWMeanTheSame()
    {
        const Tensor x = state();
        Guided own({.rule = "cfg", .scale = 3, .options = {}});
        Guided paper({.rule = "cfg", .scale = 2, .options = {{"convention", std::string("ho_salimans")}}});
        QVERIFY(largestDifference(own(x).x0Hat, paper(x).x0Hat) == 0);
        Guided plain({.rule = "cfg", .scale = 0, .options = {{"convention", std::string("ho_salimans")}}});
        QVERIFY(largestDifference(plain(x).x0Hat, said(x, 7)) == 0);
    }

    void aNegativeClassReplacesTheUnconditionalPrediction()
    {
        const Tensor x = state();
        Guided guidance({.rule = "cfg", .scale = 4, .options = {{"negative_class", 2.0}}});
        QVERIFY(largestDifference(guidance(x).x0Hat, said(x, 2) + 4 * (said(x, 7) - said(x, 2))) < 1e-13);
    }

    void rescaleKeepsTheSpreadOfTheConditionalPrediction_data()
    {
        QTest::addColumn<QString>("quantity");
        QTest::newRow("eps") << "eps";
        QTest::newRow("x0") << "x0";
        QTest::newRow("v") << "v";
    }

    void rescaleKeepsTheSpreadOfTheConditionalPrediction()
    {
        QFETCH(QString, quantity);
        const Tensor x = state();
        const auto of = [&](const Tensor& x0) -> Tensor {
            const Tensor eps = noiseBeside(x, x0);
            if (quantity == "eps")
                return eps;
            return quantity == "x0" ? x0 : level.alpha * eps - level.sigma * x0;
        };
        const auto spread = [](const Tensor& values) {
            return values.flatten(1).std(1).view({batch, 1, 1, 1});
        };
        const Tensor c = of(said(x, 7));
        const Tensor g = of(said(x, -1) + 6 * (said(x, 7) - said(x, -1)));
        const Tensor expected = 0.7 * (g * spread(c) / spread(g)) + 0.3 * g;
        Guided guidance({.rule = "cfg",
                         .scale = 6,
                         .options = {{"rescale", 0.7}, {"rescale_of", quantity.toStdString()}}});
        const Prediction p = guidance(x);
        QVERIFY(largestDifference(of(p.x0Hat), expected) < 1e-12);
        QVERIFY(largestDifference(level.alpha * p.x0Hat + level.sigma * p.epsHat, x) < 1e-12);
        QCOMPARE(p.guidanceScale, 0.0);
    }

    void outsideTheIntervalThePredictionIsTheConditionalOne()
    {
        double progress = 0;
        Guided guidance({.rule = "cfg", .scale = 5, .options = {{"start", 0.25}, {"end", 0.75}}},
                        atProgress(&progress, 20));
        const Tensor x = state();
        for (const auto& [at, isGuided] : {std::pair{0.0, false},
                                           {0.249, false},
                                           {0.25, true},
                                           {0.7, true},
                                           {0.75, false},
                                           {1.0, false}}) {
            progress = at;
            QCOMPARE(largestDifference(guidance(x).x0Hat, said(x, 7)) > 0.1, isGuided);
        }
        Guided always({.rule = "cfg", .scale = 5, .options = {}}, atProgress(&progress, 20));
        progress = 1;
        QVERIFY(largestDifference(always(x).x0Hat, said(x, 7)) > 0.1);
    }

    void theCurveGivesTheScaleOfTheStep()
    {
        double progress = 0.3;
        Guided guidance({.rule = "cfg", .scale = 1, .options = {{"curve", std::string("0.2:1, 0.4:5")}}},
                        atProgress(&progress, 20));
        const Tensor x = state();
        QVERIFY(std::abs(guidance(x).guidanceScale - 3) < 1e-12);
        progress = 0.1;
        QVERIFY(largestDifference(guidance(x).x0Hat, said(x, 7)) == 0);
        progress = 0.9;
        QCOMPARE(guidance(x).guidanceScale, 5.0);
    }

    void cfgPlusPlusGuidesTheImageAndKeepsTheUnconditionalNoise()
    {
        const Tensor x = state();
        Guided guidance({.rule = "cfg_plus_plus", .scale = 0.6, .options = {}});
        const Prediction p = guidance(x);
        QVERIFY(largestDifference(p.x0Hat, said(x, -1) + 0.6 * (said(x, 7) - said(x, -1))) < 1e-14);
        QVERIFY(largestDifference(p.epsHat, noiseBeside(x, said(x, -1))) < 1e-13);
        QVERIFY(!p.isConsistent);
    }

    void apgSplitsTheDifferenceAlongTheImage()
    {
        const Tensor x = state();
        const Tensor c = said(x, 7);
        const base::OptionValues options{{"eta", 0.25}, {"norm_threshold", 0.5}, {"momentum", -0.5}};
        Guided guidance({.rule = "apg", .scale = 4, .options = options});
        Tensor average = torch::zeros_like(x);
        for (int step = 0; step < 3; ++step) {
            average = (c - said(x, -1)) - 0.5 * average;
            const Tensor norm = innerProduct(average, average).sqrt();
            const Tensor delta = average * torch::minimum(torch::ones_like(norm), 0.5 / norm);
            const Tensor parallel = innerProduct(delta, c) / innerProduct(c, c) * c;
            const Tensor expected = c + 3 * ((delta - parallel) + 0.25 * parallel);
            const Prediction p = guidance(x);
            QVERIFY(largestDifference(p.x0Hat, expected) < 1e-13);
            QVERIFY(largestDifference(p.epsHat, noiseBeside(x, expected)) < 1e-12);
        }
    }

    void apgWithEverythingKeptIsClassifierFree()
    {
        const Tensor x = state();
        Guided apg({.rule = "apg", .scale = 4, .options = {{"eta", 1.0}, {"momentum", 0.0}}});
        Guided cfg({.rule = "cfg", .scale = 4, .options = {}});
        QVERIFY(largestDifference(apg(x).x0Hat, cfg(x).x0Hat) < 1e-13);
    }

    void cfgZeroStarProjectsTheUnconditionalVelocityAndStandsStillFirst()
    {
        double progress = 0;
        Guided guidance({.rule = "cfg_zero_star", .scale = 3, .options = {{"zero_steps", 2.0}}},
                        atProgress(&progress, 20));
        const Tensor x = state();
        for (const double still : {0.0, 0.05}) {
            progress = still;
            const Prediction p = guidance(x);
            QVERIFY(largestDifference(p.x0Hat, p.epsHat) < 1e-14);
            QVERIFY(largestDifference(level.alpha * p.x0Hat + level.sigma * p.epsHat, x) < 1e-14);
        }
        progress = 0.1;
        const auto velocity = [&](const Tensor& x0) { return noiseBeside(x, x0) - x0; };
        const Tensor c = velocity(said(x, 7));
        const Tensor u =
            velocity(said(x, -1)) * (innerProduct(c, velocity(said(x, -1))) /
                                     (innerProduct(velocity(said(x, -1)), velocity(said(x, -1))) + 1e-8));
        const Prediction p = guidance(x);
        QVERIFY(largestDifference(p.epsHat - p.x0Hat, u + 3 * (c - u)) < 1e-12);
    }

    void perpNegLeavesOutWhatIsAlongTheCondition()
    {
        const Tensor x = state();
        Guided guidance(
            {.rule = "perp_neg", .scale = 3, .options = {{"negative_class", 2.0}, {"negative_scale", 0.8}}});
        const Prediction got = guidance(x);
        QCOMPARE(guidance.calls[0].classes, (std::vector<int>{7, 7, 7, -1, -1, -1, 2, 2, 2}));
        const Tensor none = noiseBeside(x, said(x, -1));
        const Tensor p = noiseBeside(x, said(x, 7)) - none;
        const Tensor n = noiseBeside(x, said(x, 2)) - none;
        const Tensor expected = none + 3 * (p - 0.8 * (n - innerProduct(n, p) / innerProduct(p, p) * p));
        QVERIFY(largestDifference(got.epsHat, expected) < 1e-12);
        QVERIFY(torch::isfinite(guidance(x, Condition::classLabel(-1)).x0Hat).all().item<bool>());
    }

    void autoguidanceLeadsAwayFromTheWeakerModel()
    {
        const Tensor x = state();
        const auto weakAnswer = [](const Tensor& image, int label) -> Tensor {
            return 0.5 * answer(image, label);
        };
        GuidanceContext context;
        context.weaker = std::make_unique<FakeDenoiser>(weakAnswer);
        Guided guidance({.rule = "autoguidance", .scale = 2, .options = {}}, std::move(context));
        QVERIFY(largestDifference(guidance(x).x0Hat, 0.5 * said(x, 7) + 2 * (said(x, 7) - 0.5 * said(x, 7))) <
                1e-14);
        QVERIFY(largestDifference(guidance(x, Condition::none()).x0Hat, 1.5 * said(x, -1)) < 1e-14);
        QVERIFY(refusal({.rule = "autoguidance", .scale = 2, .options = {}}).contains("weak_model"));
    }

    void impossibleGuidanceIsRefused()
    {
        QVERIFY(refusal({.rule = "cfg", .scale = std::nan(""), .options = {}}).contains("not a number"));
        QVERIFY(refusal({.rule = "cfg", .scale = HUGE_VAL, .options = {}}).contains("not a number"));
        QVERIFY(refusal({.rule = "cfg", .scale = 51, .options = {}}).contains("-20 to 50"));
        QVERIFY(refusal({.rule = "nonsense", .scale = 1, .options = {}}).contains("cfg_plus_plus"));
        QVERIFY(refusal({.rule = "cfg", .scale = 2, .options = {{"start", 0.5}, {"end", 0.5}}})
                    .contains("empty"));
        QVERIFY(refusal({.rule = "cfg", .scale = 2, .options = {{"rescale", 1.5}}}).contains("rescale"));
        QVERIFY(refusal({.rule = "cfg", .scale = 2, .options = {{"wrong", 1.5}}}).contains("wrong"));
    }

    void curvesAreReadAndWrittenAsText()
    {
        const GuidanceCurve curve = GuidanceCurve::parse(" 0:1,0.4 : 6 , 1:2.5 ");
        QCOMPARE(curve.points().size(), std::size_t(3));
        QCOMPARE(curve.at(0.2), 3.5);
        QCOMPARE(curve.at(-1), 1.0);
        QCOMPARE(curve.at(1), 2.5);
        QVERIFY(GuidanceCurve::parse(curve.toText()).points() == curve.points());
        for (const char* bad :
             {"", "0.5", "0:1, 0:2", "0.5:1, 0.2:1", "2:1", "0:99", "0:nan", "0:1,,1:2", "a:b"})
            QVERIFY_EXCEPTION_THROWN(GuidanceCurve::parse(bad), Error);
    }

    void fixedClippingCutsTheImageAndDerivesTheNoise()
    {
        const Tensor x = state();
        const auto tripled = [](const Tensor& image, int label) -> Tensor {
            return 3 * answer(image, label);
        };
        const auto clippedBy = [&](const ClippingSpec& spec) {
            return clipped(std::make_unique<FakeDenoiser>(tripled), spec)
                ->predict(x, level, Condition::none());
        };
        const Tensor raw = 3 * said(x, -1);
        const Tensor cut = raw.clamp(-1, 1);
        const Prediction fixed = clippedBy({.rule = "fixed", .options = {}});
        QVERIFY(largestDifference(fixed.x0Hat, cut) == 0);
        QVERIFY(largestDifference(fixed.epsHat, noiseBeside(x, cut)) < 1e-13);
        const Prediction kept = clippedBy({.rule = "fixed", .options = {{"keep_eps", true}, {"limit", 0.5}}});
        QVERIFY(largestDifference(kept.x0Hat, raw.clamp(-0.5, 0.5)) == 0);
        QVERIFY(largestDifference(kept.epsHat, noiseBeside(x, raw)) < 1e-13);
        QVERIFY(!kept.isConsistent);
        QVERIFY(largestDifference(clippedBy({.rule = "none", .options = {}}).x0Hat, raw) == 0);
        QVERIFY_EXCEPTION_THROWN(clippedBy({.rule = "fixed", .options = {{"limit", 0.0}}}), Error);
        QVERIFY_EXCEPTION_THROWN(clippedBy({.rule = "soft", .options = {}}), Error);
    }

    void dynamicThresholdIsThePercentileOfEachImage()
    {
        // |x0| of image k is 0 … 10 times (k + 1)/4, so its 80th percentile is 8(k + 1)/4 = 2, 4, 6.
        const Tensor x =
            torch::stack({torch::arange(11) / 4.0, torch::arange(11) / 2.0, torch::arange(11) * 0.75})
                .to(torch::kDouble);
        const auto same = [](const Tensor& image, int) -> Tensor { return image; };
        const auto with = [&](double maximum) {
            const ClippingSpec spec{.rule = "dynamic",
                                    .options = {{"percentile", 0.8}, {"maximum", maximum}}};
            return clipped(std::make_unique<FakeDenoiser>(same), spec)
                ->predict(x, level, Condition::none())
                .x0Hat;
        };
        const Tensor s = torch::tensor({2.0, 4.0, 6.0}, torch::kDouble).view({3, 1});
        QVERIFY(largestDifference(with(100), torch::min(x, s) / s) < 1e-12);
        const Tensor limited = torch::tensor({2.0, 3.0, 3.0}, torch::kDouble).view({3, 1});
        QVERIFY(largestDifference(with(3), torch::min(x, limited) / limited) < 1e-12);
        QVERIFY(largestDifference(with(1), x.clamp(-1, 1)) < 1e-15);
    }

    void clippingAGuidedPredictionKeepsItsParts()
    {
        const Tensor x = state();
        auto inner =
            guided(std::make_unique<FakeDenoiser>(answer), {.rule = "cfg", .scale = 8, .options = {}});
        const Prediction p = clipped(std::move(inner), {.rule = "fixed", .options = {}})
                                 ->predict(x, level, Condition::classLabel(7));
        const Tensor raw =
            p.x0HatUnconditional + p.guidanceScale * (p.x0HatConditional - p.x0HatUnconditional);
        QVERIFY(largestDifference(raw, raw.clamp(-1, 1)) > 0.1);
        QVERIFY(largestDifference(p.x0Hat, raw.clamp(-p.x0Limit, p.x0Limit)) < 1e-14);
    }
};

QTEST_GUILESS_MAIN(GuidanceTest)
#include "guidance_test.moc"
