// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/evaluation.h"
#include "core/measure/frechet_distance.h"
#include "core/model/safetensors.h"
#include "core/train/data/labelled_tensors.h"
#include "core/train/loop/export_model.h"
#include "core/train/loop/export_noise_classifier.h"
#include "core/train/loop/training_loop.h"
#include "core/train/loop/training_recipe.h"
#include "core/train/tasks/classifier_task.h"
#include "core/train/tasks/diffusion_task.h"
#include "core/train/tasks/noise_classifier_task.h"
#include "tests/core/file_fixture.h"
#include "tests/support/loaded_unet.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using diffuscope::test::refusalOf;

namespace {

/// Two classes of 8×8 images: bright on the left, bright on the right, with some variation.
std::shared_ptr<const train::LabelledImages> halves()
{
    auto images = std::make_shared<train::LabelledImages>();
    images->count = 64;
    images->height = images->width = 8;
    for (int k = 0; k < 64; ++k) {
        images->labels.push_back(uint8_t(k % 2));
        for (int pixel = 0; pixel < 64; ++pixel) {
            const bool left = pixel % 8 < 4;
            images->pixels.push_back(uint8_t(left == (k % 2 == 0) ? 200 + k % 40 : 20 + k % 30));
        }
    }
    return images;
}

train::TrainingOptions options(int64_t steps)
{
    train::TrainingOptions options;
    options.precision = "float32";
    options.optimizer.steps = steps;
    options.optimizer.batch = 8;
    options.optimizer.warmupSteps = 5;
    options.optimizer.learningRate = 3e-3;
    options.levels = 50;
    options.network.imageHeight = options.network.imageWidth = 8;
    options.network.baseChannels = 8;
    options.network.normalizationGroups = 4;
    options.network.embeddingWidth = 16;
    options.network.blocksPerLevel = 1;
    options.network.classes = 2;
    return options;
}

train::TrainingOptions noiseClassifierOptions(int64_t steps)
{
    auto chosen = options(steps);
    chosen.task = "noise-classifier";
    chosen.dataFolder = "data/halves/";
    chosen.optimizer.emaDecay = 0.9;
    return chosen;
}

/// A loss that is not a number from some step on.
class BrokenTask : public train::TrainingTask
{
public:
    int replicas() const override { return 1; }
    torch::nn::Module& module(int) override { return *m_linear; }
    void prepare(int64_t step) override { m_step = step; }
    torch::Tensor loss(int) override
    {
        return m_linear(torch::ones({1, 2})).sum() * (m_step < 3 ? 1.0 : NAN);
    }
    void writePreview(const std::string&) override {}

private:
    torch::nn::Linear m_linear{2, 1};
    int64_t m_step = 0;
};

}  // namespace

class TrainerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }

    void theLossFalls()
    {
        double first = 0, last = 0;
        auto settings = settingsFor("falls");
        settings.onProgress = [&](const train::TrainingProgress& progress) {
            first = progress.step == 1 ? progress.loss : first;
            last = progress.loss;
        };
        const auto chosen = options(150);
        train::DiffusionTask task(halves(), chosen, 2);
        QVERIFY(train::trainTask(task, chosen, settings) == train::TrainingOutcome::Finished);
        QVERIFY2(last < 0.8 * first, qPrintable(QString("%1 to %2").arg(first).arg(last)));
    }

    void aStoppedAndResumedTrainingIsExactlyTheUninterruptedOne()
    {
        const auto whole = train("whole", -1, false);
        train("parted", 7, false);
        QVERIFY(!whole.equal(weightsIn("parted")));
        const auto resumed = train("parted", -1, true);
        QVERIFY(whole.equal(resumed));
    }

    void replicasShareOutABatch()
    {
        // The same sums in another order.
        const auto one = train("one", -1, false, 1), three = train("three", -1, false, 3);
        QVERIFY((one - three).abs().max().item<double>() < 1e-3);
    }

    void aTrainingStartsFromTheAverageOfAnother()
    {
        train("first", -1, false);
        auto chosen = options(12);
        chosen.startFrom = settingsFor("first").outputFolder;
        chosen.optimizer.warmupSteps = 12;
        chosen.optimizer.learningRate = 1e-9;  // stays where it starts
        chosen.optimizer.weightDecay = 0;
        train::DiffusionTask task(halves(), chosen, 1);
        train::trainTask(task, chosen, settingsFor("second"));
        model::UNet first(chosen.network), second(chosen.network);
        train::loadAveragedWeights(settingsFor("first").outputFolder, *first);
        train::loadAveragedWeights(settingsFor("second").outputFolder, *second);
        const auto before = first->parameters(), after = second->parameters();
        for (size_t i = 0; i < before.size(); ++i)
            QVERIFY((before[i] - after[i]).abs().max().item<double>() < 1e-6);
        // Another network's weights are refused.
        chosen.network.baseChannels = 16;
        train::DiffusionTask wider(halves(), chosen, 1);
        const QString refusal = refusalOf([&] { train::trainTask(wider, chosen, settingsFor("third")); });
        QVERIFY2(refusal.contains("does not fit"), qPrintable(refusal));
    }

    void resumingWithOtherOptionsIsRefused()
    {
        train("other", 3, false);
        auto chosen = options(12);
        chosen.optimizer.learningRate = 1e-5;
        train::DiffusionTask task(halves(), chosen, 1);
        auto settings = settingsFor("other");
        settings.resume = true;
        const QString refusal = refusalOf([&] { train::trainTask(task, chosen, settings); });
        QVERIFY2(refusal.contains("with other options"), qPrintable(refusal));
    }

    void optionsSurviveTheCheckpoint()
    {
        train("kept", 2, false);
        QVERIFY(train::readCheckpointOptions(m_files.path("kept")) == options(12));
    }

    void aLossThatIsNoNumberStopsTheTraining()
    {
        BrokenTask task;
        const QString refusal =
            refusalOf([&] { train::trainTask(task, options(10), settingsFor("broken")); });
        QVERIFY2(refusal.contains("stopped being a finite number at step 3"), qPrintable(refusal));
        QVERIFY2(refusal.contains("--learning-rate"), qPrintable(refusal));
        QVERIFY2(refusal.contains("no checkpoint yet"), qPrintable(refusal));
        // One that was written before is kept, and named.
        auto settings = settingsFor("kept-broken");
        settings.checkpointEvery = 2;
        BrokenTask again;
        const QString later = refusalOf([&] { train::trainTask(again, options(10), settings); });
        QVERIFY2(later.contains("kept-broken/checkpoint.safetensors"), qPrintable(later));
        QCOMPARE(m_files.read("kept-broken/checkpoint.safetensors").empty(), false);
    }

    void anUnwritableFolderIsNamed()
    {
        m_files.write("file", "");
        train::DiffusionTask task(halves(), options(2), 1);
        auto settings = settingsFor("file");
        const QString refusal = refusalOf([&] { train::trainTask(task, options(2), settings); });
        QVERIFY2(refusal.contains("Cannot write"), qPrintable(refusal));
    }

    void aTrainingIsExportedAsAModel()
    {
        train("exported", -1, false);
        const auto card = train::exportModel(m_files.path("exported"), m_files.path("model"),
                                             train::namingFor("halves", 2));
        const auto model = model::loadModel(m_files.path("model"));
        QVERIFY(model->card() == card);
        QCOMPARE(model->card().classNames.size(), std::size_t(2));
        const auto average =
            model::readSafetensors(train::checkpointPath(m_files.path("exported"))).tensors.at("average");
        std::vector<torch::Tensor> flat;
        for (const auto& parameter : model->module()->parameters())
            flat.push_back(parameter.detach().flatten());
        QVERIFY(torch::cat(flat).equal(average));
        train::writeModelReadme(m_files.path("model"), card);
        QVERIFY(m_files.read("model/README.md").find("halves") != std::string::npos);
    }

    void theClassifierLearnsAndEvaluationMeasures()
    {
        auto chosen = options(60);
        chosen.task = "classifier";
        train::ClassifierTask task(halves(), chosen, 2);
        train::trainTask(task, chosen, settingsFor("classifier"));
        const auto data = train::toTensors(*halves());
        QCOMPARE(measure::accuracy(task.classifier(), data), 1.0);

        model::saveClassifier(m_files.path("saved"), task.classifier());
        auto loaded = model::loadClassifier(m_files.path("saved"));
        model::UNet net(options(1).network);
        const measure::GeneratingNetwork network{
            test::modelOf(net), denoise::PredictionTarget::eps,
            schedule::NoiseSchedule::fromBetas("linear", std::vector<double>(20, 0.1))};
        measure::EvaluationRequest request;
        request.images = 20;
        request.generation.steps = 4;
        request.generation.batch = 6;
        request.generation.workers = 2;
        const auto evaluation = measure::evaluate(network, loaded, data, data, request);
        QCOMPARE(evaluation.quality.classifierAccuracy, 1.0);
        QVERIFY(evaluation.quality.frechetFloor < evaluation.quality.frechetDistance);
        QVERIFY(evaluation.images.abs().max().item<double>() <= 1.0);
    }

    void theNoiseClassifierLearnsAndSaysHowWellAtEachLevel()
    {
        const auto chosen = noiseClassifierOptions(80);
        train::NoiseClassifierTask task(halves(), chosen, 2);
        train::trainTask(task, chosen, settingsFor("noisy"));
        std::vector<int> heard;
        const auto card = train::finishNoiseClassifier(m_files.path("noisy"), chosen, *halves(),
                                                       [&](int t) { heard.push_back(t); });
        QCOMPARE(heard, (std::vector<int>{0, 12, 25, 37, 49}));
        QCOMPARE(card.accuracy.size(), std::size_t(5));
        QCOMPARE(card.accuracy[0].share, 1.0);
        QCOMPARE(card.classes, 2);
        auto loaded = model::loadNoiseClassifier(m_files.path("noisy"));
        QVERIFY(loaded.card == card);
        const auto x = torch::randn({3, 1, 8, 8});
        const auto t = torch::full({3}, 20.0);
        task.net()->to(torch::kCPU);  // it may have been trained on a GPU
        QVERIFY((loaded.net(x, t) - task.net()(x, t)).abs().max().item<double>() < 1e-6);
        QVERIFY(!loaded.net->parameters().front().requires_grad());
        QVERIFY(m_files.read("noisy/README.md").find(card.training.at("command")) != std::string::npos);
    }

    void aNoiseClassifierIsPutBesideItsModelAndStaysThere()
    {
        const auto chosen = noiseClassifierOptions(2);
        train::NoiseClassifierTask task(halves(), chosen, 1);
        train::trainTask(task, chosen, settingsFor("guide"));
        const auto card = train::finishNoiseClassifier(m_files.path("guide"), chosen, *halves());
        train("guided", 2, false);
        const auto exportGuided = [this](const std::string& to) {
            train::exportModel(m_files.path("guided"), m_files.path(to), train::namingFor("halves", 2));
        };
        exportGuided("home");
        QVERIFY(!model::hasNoiseClassifier(m_files.path("home")));
        train::exportNoiseClassifier(m_files.path("guide"), m_files.path("home"));
        const auto kept = [this] {
            return model::readNoiseClassifierCard(model::noiseClassifierFolder(m_files.path("home")));
        };
        QVERIFY(kept() == card);
        exportGuided("home");
        QVERIFY(kept() == card);

        auto other = options(2);
        other.network.classes = 5;
        train::DiffusionTask more(halves(), other, 1);
        train::trainTask(more, other, settingsFor("five"));
        train::exportModel(m_files.path("five"), m_files.path("five-model"), train::namingFor("five", 5));
        const QString refusal = refusalOf(
            [&] { train::exportNoiseClassifier(m_files.path("guide"), m_files.path("five-model")); });
        QVERIFY2(refusal.contains("other classes"), qPrintable(refusal));
    }

    void damagedNoiseClassifiersAreNamed()
    {
        const auto chosen = noiseClassifierOptions(2);
        train::NoiseClassifierTask task(halves(), chosen, 1);
        train::trainTask(task, chosen, settingsFor("damaged"));
        train::finishNoiseClassifier(m_files.path("damaged"), chosen, *halves());
        const std::string good = m_files.read("damaged/classifier.json");
        for (const auto& [from, to, named] :
             {std::tuple{"\"classes\": 2", "\"classes\": 0", "\"classes\" must be from 1"},
              {"\"classes\": 2", "\"classes\": 3", "parameters"},
              {"noise-classifier\"", "picture\"", "does not describe"},
              {"\"linear\"", "\"wavy\"", "wavy"}}) {
            std::string bad = good;
            bad.replace(bad.find(from), std::string(from).size(), to);
            m_files.write("damaged/classifier.json", bad);
            const QString refusal = refusalOf([&] { model::loadNoiseClassifier(m_files.path("damaged")); });
            QVERIFY2(refusal.contains(named), qPrintable(refusal));
            QVERIFY2(refusal.contains("damaged/classifier.json"), qPrintable(refusal));
        }
    }

    void theCommandThatTrainedIsInTheCard()
    {
        auto chosen = options(12);
        chosen.dataFolder = "my data/it's";
        chosen.threads = 2;
        chosen.network.attentionLevels = {0, 1};
        QCOMPARE(train::trainingCommand(chosen, "runs/a"),
                 std::string("diffuscope-cli train --task diffusion --data 'my data/it'\\''s' --out runs/a "
                             "--steps 12 --batch 8 --learning-rate 0.003 --warmup 5 --weight-decay 0.01 "
                             "--ema 0.9995 --clip 1 --seed 1 --schedule linear --levels 50 --target eps "
                             "--condition-dropout 0.1 --channels 8 --multipliers 1,2 --blocks 1 "
                             "--attention-levels 0,1 --heads 2 --groups 4 --patch 2 --embedding 16 "
                             "--precision float32 --threads 2"));
        train("told", 2, false);
        const auto card = train::exportModel(m_files.path("told"), m_files.path("told-model"),
                                             train::namingFor("halves", 2));
        QCOMPARE(card.training.at("command"), train::trainingCommand(options(12), m_files.path("told")));
    }

    void generatedImagesDoNotDependOnTheBatch()
    {
        model::UNet net(options(1).network);
        const measure::GeneratingNetwork network{
            test::modelOf(net), denoise::PredictionTarget::eps,
            schedule::NoiseSchedule::fromBetas("linear", std::vector<double>(20, 0.1))};
        measure::GenerationRequest request;
        request.classes = {0, 1, 1, 0, -1};
        request.steps = 3;
        request.guidance = 2;
        const auto together = measure::generate(network, request);
        request.batch = 2;
        request.workers = 2;
        QVERIFY((together - measure::generate(network, request)).abs().max().item<double>() < 1e-5);
    }

    void theFrechetDistanceOfGaussiansIsKnown()
    {
        torch::manual_seed(1);
        const auto a = torch::randn({4000, 6}, torch::kFloat64);
        QVERIFY(measure::frechetDistance(a, a) < 1e-9);
        // Equal covariance, shifted mean: the squared shift. Scaled by s: tr(C)(1 - s)².
        QVERIFY(std::abs(measure::frechetDistance(a, a + 2.0) - 24.0) < 1e-9);
        const auto centred = a - a.mean(0);
        const double trace = centred.square().sum().item<double>() / 3999;
        QVERIFY(std::abs(measure::frechetDistance(centred, 3.0 * centred) - 4.0 * trace) < 1e-8);
    }

private:
    train::LoopSettings settingsFor(const std::string& name)
    {
        train::LoopSettings settings;
        settings.outputFolder = m_files.path(name);
        settings.checkpointEvery = settings.previewEvery = 1000;
        return settings;
    }

    torch::Tensor weightsIn(const std::string& name)
    {
        return model::readSafetensors(train::checkpointPath(m_files.path(name))).tensors.at("weights");
    }

    /// Trains for 12 steps, or until `stopAfter`, and returns the weights of the checkpoint.
    torch::Tensor train(const std::string& name, int64_t stopAfter, bool resume, int replicas = 2)
    {
        const auto chosen = options(12);
        train::DiffusionTask task(halves(), chosen, replicas);
        auto settings = settingsFor(name);
        settings.resume = resume;
        int64_t done = 0;
        settings.onProgress = [&](const train::TrainingProgress& progress) { done = progress.step; };
        settings.stopRequested = [&] { return stopAfter >= 0 && done >= stopAfter; };
        train::trainTask(task, chosen, settings);
        return weightsIn(name);
    }

    test::FileFixture m_files;
};

QTEST_GUILESS_MAIN(TrainerTest)
#include "trainer_test.moc"
