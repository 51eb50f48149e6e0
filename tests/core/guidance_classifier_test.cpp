// SPDX-License-Identifier: GPL-3.0-or-later
// Classifier guidance: against the exact classifier of a Gaussian mixture, with fakes, and with the
// classifier that is shipped beside the MNIST model.
#include "core/base/error.h"
#include "core/denoise/gaussian_mixture.h"
#include "core/denoise/guidance.h"
#include "core/run/recipe_notices.h"
#include "core/run/sampling_loop.h"
#include "core/schedule/schedule_registry.h"
#include "tests/support/fake_denoiser.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using namespace diffuscope::denoise;
using namespace diffuscope::recipe;
using diffuscope::test::FakeDenoiser;
using diffuscope::test::largestDifference;

namespace {

constexpr double truth = 1e-10;

schedule::NoiseSchedule linear()
{
    return schedule::makeSchedule({"linear", {{"levels", 1000.0}}});
}

GaussianMixture mixture()
{
    return {.means = torch::tensor({{-1.5, 0.3, 0.8}, {0.4, 1.2, -0.6}, {0.9, -1.1, 0.2}}, torch::kDouble),
            .weights = torch::tensor({0.5, 0.2, 0.3}, torch::kDouble),
            .std = 0.35};
}

/// log w_k − ‖x − alpha·mean_k‖²/(2 var): p(k | x_t) of the mixture is its softmax.
TrainedClassifier exactClassifier()
{
    const auto logits = [](const Tensor& x, const Tensor& t) -> Tensor {
        const GaussianMixture exact = mixture();
        const schedule::NoiseLevel level = linear().levelAt(t[0].item<double>());
        const double var = level.alpha * level.alpha * exact.std * exact.std + level.sigma * level.sigma;
        const Tensor offset = x.unsqueeze(1) - level.alpha * exact.means;
        return exact.weights.log() - offset.square().sum(-1) / (2 * var);
    };
    return {.name = "mixture",
            .logits = logits,
            .schedule = linear(),
            .classes = 3,
            .device = torch::kCPU,
            .type = torch::kDouble};
}

Tensor mixtureState(const schedule::NoiseLevel& level)
{
    torch::manual_seed(5);
    const Tensor x0 = mixture().sample(12, 3);
    return level.alpha * x0 + level.sigma * torch::randn_like(x0);
}

Prediction plainPrediction(const Tensor& x, const schedule::NoiseLevel& level, int label)
{
    return GaussianMixtureDenoiser(mixture()).predict(
        x, level, label < 0 ? Condition::none() : Condition::classLabel(label));
}

Prediction guidedPrediction(const Tensor& x, const schedule::NoiseLevel& level, double scale,
                            const base::OptionValues& options, const Condition& condition)
{
    GuidanceContext context;
    context.classifier = exactClassifier();
    return guided(std::make_unique<GaussianMixtureDenoiser>(mixture()),
                  {.rule = "classifier", .scale = scale, .options = options}, std::move(context))
        ->predict(x, level, condition);
}

/// Logits x·A of images of 16 values, and how often they were asked for.
struct FakeClassifier
{
    Tensor weights;
    std::shared_ptr<std::vector<double>> times = std::make_shared<std::vector<double>>();

    FakeClassifier()
    {
        torch::manual_seed(8);
        weights = torch::randn({16, 10}, torch::kDouble);
    }
    TrainedClassifier trained() const
    {
        const auto logits = [a = weights, asked = times](const Tensor& x, const Tensor& t) -> Tensor {
            asked->push_back(t[0].item<double>());
            return x.flatten(1).matmul(a);
        };
        return {.name = "fake",
                .logits = logits,
                .schedule = linear(),
                .classes = 10,
                .device = torch::kCPU,
                .type = torch::kDouble};
    }
    /// ∇_x log p(label | x) where the classifier sees x·scale: (A_label − A·softmax(x·scale·A))·scale.
    Tensor gradient(const Tensor& x, int label, double scale = 1) const
    {
        const Tensor p = (x * scale).flatten(1).matmul(weights).softmax(1);
        const Tensor chosen = weights.select(1, label).unsqueeze(0);
        return ((chosen - p.matmul(weights.t())) * scale).view_as(x);
    }
};

Tensor answer(const Tensor& image, int label)
{
    return 0.3 * image + 0.1 * label;
}

Tensor images(int batch = 3)
{
    torch::manual_seed(3);
    return torch::randn({batch, 1, 4, 4}, torch::kDouble);
}

struct Guided
{
    FakeClassifier classifier{};
    std::vector<FakeDenoiser::Call> calls{};
    double progress = 0;
    std::unique_ptr<Denoiser> denoiser{};

    explicit Guided(const GuidanceSpec& spec)
    {
        GuidanceContext context;
        context.progress = [this](const schedule::NoiseLevel&) { return progress; };
        context.classifier = classifier.trained();
        denoiser = guided(std::make_unique<FakeDenoiser>(answer, &calls), spec, std::move(context));
    }
    Guided(const Guided&) = delete;
    Guided& operator=(const Guided&) = delete;
};

}  // namespace

class ClassifierGuidanceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theUnconditionalScorePlusTheExactGradientIsTheConditionalScore_data()
    {
        QTest::addColumn<int>("t");
        for (const int t : {0, 30, 250, 500, 900, 999})
            QTest::addRow("t = %d", t) << t;
    }

    void theUnconditionalScorePlusTheExactGradientIsTheConditionalScore()
    {
        QFETCH(int, t);
        const schedule::NoiseLevel level = linear().levelAt(t);
        const Tensor x = mixtureState(level);
        for (int k = 0; k < 3; ++k) {
            const Prediction guidedOne = guidedPrediction(x, level, 1, {}, Condition::classLabel(k));
            const Prediction exact = plainPrediction(x, level, k);
            const Tensor score = -exact.epsHat / level.sigma;
            QVERIFY(largestDifference(-guidedOne.epsHat / level.sigma, score) <
                    truth * std::max(1.0, score.abs().max().item<double>()));
            QVERIFY(largestDifference(guidedOne.x0Hat, exact.x0Hat) < truth);
            QVERIFY(largestDifference(level.alpha * guidedOne.x0Hat + level.sigma * guidedOne.epsHat, x) <
                    truth);
        }
    }

    void theScaleIsThePowerOfTheClassifier()
    {
        const schedule::NoiseLevel level = linear().levelAt(400);
        const Tensor x = mixtureState(level);
        const Tensor u = plainPrediction(x, level, -1).epsHat;
        const Tensor c = plainPrediction(x, level, 1).epsHat, n = plainPrediction(x, level, 2).epsHat;
        const Condition one = Condition::classLabel(1);
        QVERIFY(largestDifference(guidedPrediction(x, level, 3, {}, one).epsHat, u + 3 * (c - u)) < truth);
        QVERIFY(largestDifference(guidedPrediction(x, level, -2, {}, one).epsHat, u - 2 * (c - u)) < truth);
        const base::OptionValues sharper{{"base", std::string("conditional")}};
        QVERIFY(largestDifference(guidedPrediction(x, level, 3, sharper, one).epsHat, c + 3 * (c - u)) <
                truth);
        const base::OptionValues away{{"negative_class", 2.0}};
        QVERIFY(largestDifference(guidedPrediction(x, level, 3, away, one).epsHat, u + 3 * (c - n)) < truth);
    }

    void everyImageFollowsItsOwnClass()
    {
        const schedule::NoiseLevel level = linear().levelAt(300);
        const Tensor x = mixtureState(level);
        const Condition condition{{2, -1, 0}};
        const Tensor got = guidedPrediction(x, level, 1, {}, condition).epsHat;
        for (int k = 0; k < 6; ++k)
            QVERIFY(largestDifference(got[k], plainPrediction(x, level, condition.classOf(k)).epsHat[k]) <
                    truth);
    }

    void oneEvaluationIsMadeAndBothPartsAreReported()
    {
        const schedule::NoiseLevel level = linear().levelAt(500);
        Guided guidance({.rule = "classifier", .scale = 4, .options = {}});
        const Tensor x = images();
        const Prediction p = guidance.denoiser->predict(x, level, Condition::classLabel(7));
        QCOMPARE(guidance.calls.size(), std::size_t(1));
        QCOMPARE(guidance.calls[0].classes, (std::vector<int>{-1, -1, -1}));
        QCOMPARE(*guidance.classifier.times, std::vector<double>{500});
        const Tensor base = 0.3 * x - 0.1;
        const Tensor shift = guidance.classifier.gradient(x, 7) * (level.sigma * level.sigma / level.alpha);
        QVERIFY(largestDifference(p.x0HatUnconditional, base) < 1e-12);
        QVERIFY(largestDifference(p.x0HatConditional, base + shift) < 1e-12);
        QVERIFY(largestDifference(p.x0Hat, base + 4 * shift) < 1e-12);
        QVERIFY(largestDifference(level.alpha * p.x0Hat + level.sigma * p.epsHat, x) < 1e-12);
        QCOMPARE(p.guidanceScale, 4.0);
        QVERIFY(p.isConsistent);
    }

    void theBaseMayKnowTheClass()
    {
        Guided guidance(
            {.rule = "classifier", .scale = 4, .options = {{"base", std::string("conditional")}}});
        guidance.denoiser->predict(images(), linear().levelAt(500), Condition::classLabel(7));
        QCOMPARE(guidance.calls[0].classes, (std::vector<int>{7, 7, 7}));
    }

    void theClassifierIsAskedOnlyWhereItMatters()
    {
        const Condition seven = Condition::classLabel(7);
        const schedule::NoiseLevel level = linear().levelAt(500);
        Guided guidance({.rule = "classifier", .scale = 4, .options = {{"start", 0.25}, {"end", 0.75}}});
        const auto ask = [&](double progress, const schedule::NoiseLevel& at, const Condition& condition) {
            guidance.classifier.times->clear();
            guidance.progress = progress;
            const Prediction p = guidance.denoiser->predict(images(), at, condition);
            const Tensor base = 0.3 * images() - 0.1;
            const bool isBase = largestDifference(p.x0Hat, base) < 1e-12;
            return isBase == guidance.classifier.times->empty() ? int(guidance.classifier.times->size()) : -1;
        };
        QCOMPARE(ask(0.25, level, seven), 1);
        QCOMPARE(ask(0.24, level, seven), 0);
        QCOMPARE(ask(0.75, level, seven), 0);
        QCOMPARE(ask(0.5, level, Condition::none()), 0);
        QCOMPARE(ask(0.5, {999, 0, 1}, seven), 0);
        Guided curved({.rule = "classifier", .scale = 4, .options = {{"curve", std::string("0:0, 1:8")}}});
        curved.progress = 0.25;
        QCOMPARE(curved.denoiser->predict(images(), level, seven).guidanceScale, 2.0);
        curved.progress = 0;
        curved.denoiser->predict(images(), level, seven);
        QCOMPARE(curved.classifier.times->size(), std::size_t(1));
    }

    void onAnotherScheduleTheClassifierIsAskedForTheSameNoise()
    {
        const schedule::NoiseLevel level =
            schedule::makeSchedule({"cosine", {{"levels", 1000.0}}}).levelAt(600);
        const schedule::NoiseLevel known = linear().levelOfNoiseToSignal(level.noiseToSignal());
        QVERIFY(std::abs(known.t - level.t) > 10);
        const FakeClassifier classifier;
        const Tensor got =
            logProbabilityGradient(classifier.trained(), images(), level, Condition::classLabel(4));
        QCOMPARE(classifier.times->at(0), known.t);
        QVERIFY(largestDifference(got, classifier.gradient(images(), 4, known.alpha / level.alpha)) < 1e-12);
    }

    /// Algorithm 1 of the paper as the limit of small steps: see classifier_guidance.h.
    void inADdpmStepTheMeanMovesBySigmaTimesTheGradient()
    {
        const schedule::NoiseSchedule trained = linear();
        const schedule::TimeGrid grid{.levels = {trained.levelAt(500), trained.levelAt(499), {}}};
        const Tensor x = images();
        const FakeClassifier classifier;
        const auto next = [&](double scale) {
            GuidanceContext context;
            context.classifier = classifier.trained();
            const auto denoiser =
                guided(std::make_unique<FakeDenoiser>(answer),
                       {.rule = "classifier", .scale = scale, .options = {}}, std::move(context));
            const auto sampler = samplers::makeSampler({.id = "ddpm", .options = {}}, trained, grid);
            run::SeededNoise noise(1, 0);
            run::SamplingLoop loop({*denoiser, *sampler, trained, grid, noise, Condition::classLabel(7)}, x);
            return loop.advance().next;
        };
        const double ratio = grid[0].alpha / grid[1].alpha;
        const double beta = 1 - ratio * ratio;
        const Tensor sigmaGradient = beta * classifier.gradient(x, 7);
        const Tensor moved = next(2) - next(0);
        QVERIFY(largestDifference(moved, 2 * sigmaGradient / ratio) < 1e-10);
        const double relative =
            largestDifference(moved, 2 * sigmaGradient) / (2 * sigmaGradient).abs().max().item<double>();
        QVERIFY2(relative < 0.6 * beta, qPrintable(QString::number(relative / beta)));
    }

    void aModelWithoutAClassifierIsNoticedBeforeTheRun()
    {
        recipe::Recipe recipe;
        const auto refusals = [&](bool hasNoiseClassifier) {
            int count = 0;
            for (const auto& notice : run::recipeNotices(recipe, {.hasNoiseClassifier = hasNoiseClassifier}))
                if (notice.field == "guidance" && notice.kind == run::NoticeKind::refusal)
                    ++count;
            return count;
        };
        QCOMPARE(refusals(false), 0);
        recipe.guidance.rule = "classifier";
        QCOMPARE(refusals(false), 1);
        QCOMPARE(refusals(true), 0);
    }

    void whatCannotGuideIsRefused()
    {
        const GuidanceSpec spec{.rule = "classifier", .scale = 2, .options = {}};
        QVERIFY_EXCEPTION_THROWN(guided(std::make_unique<FakeDenoiser>(answer), spec), Error);
        const schedule::NoiseLevel level = linear().levelAt(500);
        const auto refusal = [&](const TrainedClassifier& classifier, int label) {
            try {
                logProbabilityGradient(classifier, images(), level, Condition::classLabel(label));
            } catch (const Error& error) {
                return std::pair(error.code(), QString(error.what()));
            }
            return std::pair(ErrorCode::internal, QString());
        };
        QCOMPARE(refusal(FakeClassifier().trained(), 10).first, ErrorCode::invalidOption);
        QVERIFY(refusal(FakeClassifier().trained(), 10).second.contains("no class 10"));
        TrainedClassifier broken = FakeClassifier().trained();
        broken.logits = [](const Tensor& x, const Tensor&) -> Tensor {
            return x.flatten(1).narrow(1, 0, 10) * std::nan("");
        };
        QCOMPARE(refusal(broken, 3).first, ErrorCode::notFinite);
        QVERIFY(refusal(broken, 3).second.contains("fake"));
    }
};

QTEST_GUILESS_MAIN(ClassifierGuidanceTest)
#include "guidance_classifier_test.moc"
