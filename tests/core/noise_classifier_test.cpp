// SPDX-License-Identifier: GPL-3.0-or-later
// The noise-aware classifier as a network, and the one that is shipped beside the MNIST model.
#include "core/base/error.h"
#include "core/denoise/noise_classifier.h"
#include "core/measure/evaluation.h"
#include "core/model/classifiers/noise_classifier.h"
#include "core/run/model_run_factory.h"
#include "core/schedule/schedule_registry.h"
#include "core/train/data/labelled_tensors.h"
#include "core/train/tasks/noise_classifier_task.h"
#include "tests/support/fake_denoiser.h"

#include <c10/core/InferenceMode.h>

#include <QTest>

#include <cmath>
#include <filesystem>

using namespace diffuscope;
using diffuscope::test::largestDifference;

namespace {

const std::string modelsFolder = DIFFUSCOPE_SOURCE_DIR "/models";

measure::LabelledTensors firstTestImages(int64_t count)
{
    auto data = train::toTensors(train::readIdxFolder(DIFFUSCOPE_SOURCE_DIR "/tests/data/mnist", "t10k"));
    return {data.images.slice(0, 0, count), data.labels.slice(0, 0, count)};
}

recipe::Recipe sevens(double scale)
{
    recipe::Recipe recipe;
    recipe.model = "mnist";
    recipe.condition = recipe::Condition::classLabel(7);
    recipe.guidance = {.rule = "classifier", .scale = scale, .options = {}};
    recipe.steps = 20;
    recipe.batch = 16;
    return recipe;
}

}  // namespace

class NoiseClassifierTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }

    void theNetworksGradientIsItsDerivativeInInferenceModeToo()
    {
        torch::manual_seed(2);
        auto net = model::loadNoiseClassifier(modelsFolder + "/mnist/noise-classifier").net;
        const denoise::TrainedClassifier classifier{
            .name = "mnist",
            .logits = [net](const torch::Tensor& x,
                            const torch::Tensor& t) mutable { return net->forward(x, t); },
            .schedule = schedule::makeSchedule({"linear", {{"levels", 1000.0}}}),
            .classes = 10};
        const c10::InferenceMode inference;
        const schedule::NoiseLevel level = classifier.schedule.levelAt(300);
        const torch::Tensor x = torch::randn({4, 1, 28, 28});
        const torch::Tensor direction = torch::randn_like(x);
        const torch::Tensor gradient =
            denoise::logProbabilityGradient(classifier, x, level, recipe::Condition::classLabel(3));
        QVERIFY(gradient.scalar_type() == torch::kFloat);
        const auto logP = [&](double h) {
            const torch::Tensor logits = net->forward(x + h * direction, torch::full({4}, 300.0));
            return logits.log_softmax(1).select(1, 3).to(torch::kDouble);
        };
        const double h = 2e-3;
        const torch::Tensor derivative = (logP(h) - logP(-h)) / (2 * h);
        const torch::Tensor predicted = (gradient * direction).flatten(1).sum(1);
        QVERIFY(derivative.abs().max().item<double>() > 0.05);
        QVERIFY2(largestDifference(derivative, predicted) < 0.02 * derivative.abs().max().item<double>(),
                 qPrintable(QString::number(largestDifference(derivative, predicted))));
    }

    void theShippedClassifierIsSmallAndSaysHowItWasMade()
    {
        const auto loaded = model::loadNoiseClassifier(modelsFolder + "/mnist/noise-classifier");
        QVERIFY(loaded.card.parameterCount <= 300'000);
        QVERIFY(
            loaded.card.training.at("command").starts_with("diffuscope-cli train --task noise-classifier"));
        QCOMPARE(loaded.card.accuracy.size(), std::size_t(5));
        QVERIFY(!loaded.card.licence.empty() && !loaded.card.data.empty());
    }

    void theShippedClassifierKnowsNearlyCleanImages()
    {
        auto loaded = model::loadNoiseClassifier(modelsFolder + "/mnist/noise-classifier");
        const auto data = firstTestImages(400);
        const auto trained = schedule::makeSchedule(loaded.card.schedule);
        for (const int t : {0, 50}) {
            const double right = train::noisyAccuracy(loaded.net, data, trained.level(t));
            QVERIFY2(right >= 0.97, qPrintable(QString("t = %1: %2").arg(t).arg(right)));
        }
        const double atNoise = train::noisyAccuracy(loaded.net, data, trained.level(999));
        QVERIFY2(atNoise < 0.3, qPrintable(QString::number(atNoise)));
    }

    void theClassifierMakesSevensOfUnconditionalPredictions()
    {
        run::ModelRunFactory factory({modelsFolder}, {.device = "cpu"});
        auto judge = model::loadClassifier(modelsFolder + "/mnist/classifier");
        const auto shareOfSevens = [&](double scale) {
            const auto run = factory.start(sevens(scale));
            record::FramePtr last;
            while (const auto frame = run->advance({}))
                last = frame;
            if (last->totalEvaluations != 20)
                return -1.0;
            const auto& values = last->layer(record::Layer::xt).values;
            const torch::Tensor result = torch::tensor(torch::ArrayRef<float>(values)).view({16, 1, 28, 28});
            const torch::Tensor seen = measure::judge(judge, result.clamp(-1, 1)).classes;
            return (seen == 7).to(torch::kDouble).mean().item<double>();
        };
        const double guidedShare = shareOfSevens(3);
        QVERIFY2(guidedShare >= 0.9, qPrintable(QString::number(guidedShare)));
        const double unguidedShare = shareOfSevens(0);
        QVERIFY2(unguidedShare < 0.5, qPrintable(QString::number(unguidedShare)));
    }

    void aModelWithoutAClassifierIsNamed()
    {
        run::ModelRunFactory factory({modelsFolder}, {.device = "cpu"});
        recipe::Recipe recipe = sevens(3);
        recipe.model = "fashion-mnist";
        try {
            factory.start(recipe);
            QFAIL("must throw");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::invalidOption);
            QVERIFY2(QString(error.what()).contains("\"fashion-mnist\" has no noise-aware classifier"),
                     error.what());
            QVERIFY(QString::fromStdString(error.hint()).contains("train --task noise-classifier"));
        }
    }
};

QTEST_GUILESS_MAIN(NoiseClassifierTest)
#include "noise_classifier_test.moc"
