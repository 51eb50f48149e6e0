// SPDX-License-Identifier: GPL-3.0-or-later
// The trainings of the families: flow, student, rivals, autoencoder, latents.
#include "core/measure/precision_recall.h"
#include "core/train/loop/export_model.h"
#include "core/train/loop/training_loop.h"
#include "core/train/tasks/autoencoder_task.h"
#include "core/train/tasks/flow_path.h"
#include "core/train/tasks/flow_teacher.h"
#include "core/train/tasks/latent_task.h"
#include "core/train/tasks/level_table.h"
#include "core/train/tasks/reflow_pairs.h"
#include "core/train/tasks/rival_task.h"
#include "core/train/tasks/shortcut_task.h"
#include "core/train/tasks/time_sampling.h"
#include "core/train/tasks/transformer_task.h"
#include "tests/core/file_fixture.h"

#include <QTest>

#include <cmath>
#include <numeric>
#include <random>

using namespace diffuscope;
using diffuscope::test::refusalOf;

namespace {

/// Two classes of 8×8 images: bright on the left, bright on the right, with some variation.
std::shared_ptr<const train::LabelledImages> twoHalves()
{
    auto images = std::make_shared<train::LabelledImages>();
    images->count = 64;
    images->height = images->width = 8;
    for (int k = 0; k < 64; ++k) {
        images->labels.push_back(uint8_t(k % 2));
        for (int pixel = 0; pixel < 64; ++pixel)
            images->pixels.push_back(uint8_t((pixel % 8 < 4) == (k % 2 == 0) ? 200 + k % 40 : 20 + k % 30));
    }
    return images;
}

/// 16×16 pictures of one colour each, with a caption.
std::shared_ptr<const train::CaptionedImages> colours()
{
    auto images = std::make_shared<train::CaptionedImages>();
    images->count = 40;
    images->height = images->width = 16;
    std::mt19937 random(1);
    for (int k = 0; k < 40; ++k) {
        for (int channel = 0; channel < 3; ++channel)
            images->pixels.insert(images->pixels.end(), 256, uint8_t(random() & 0xffU));
        images->facts.push_back({{"caption", k % 2 ? "red thing" : "blue thing"}});
    }
    return images;
}

train::TrainingOptions optionsOf(const std::string& task, int64_t steps)
{
    train::TrainingOptions options;
    options.task = task;
    options.precision = "float32";
    options.optimizer.steps = steps;
    options.optimizer.batch = 16;
    options.optimizer.warmupSteps = 5;
    options.optimizer.learningRate = 3e-3;
    options.optimizer.emaDecay = 0.9;
    options.levels = 50;
    options.network.imageHeight = options.network.imageWidth = 8;
    options.network.baseChannels = 8;
    options.network.normalizationGroups = 4;
    options.network.embeddingWidth = 16;
    options.network.blocksPerLevel = 1;
    options.network.classes = 2;
    // A checkpoint keeps the shape of the network that is trained, so the others stay as they are.
    if (task == "vae" || task == "gan") {
        options.rival.imageSide = 8;
        options.rival.channels = 16;
        options.rival.latents = 4;
        options.rival.embedding = 4;
        options.rival.groups = 4;
        options.rival.classes = 2;
    }
    if (task == "autoencoder" || task == "latent") {
        options.autoencoder.imageSide = 16;
        options.autoencoder.channels = 16;
        options.autoencoder.blocks = 1;
        options.autoencoder.groups = 4;
    }
    if (task == "flow" || task == "shortcut") {
        options.dit.imageHeight = options.dit.imageWidth = 8;
        options.dit.patch = 4;
        options.dit.width = 32;
        options.dit.layers = 2;
        options.dit.heads = 2;
        options.dit.classes = 2;
        options.architecture = "dit";
        options.target = "flow";
        options.schedule = "rectified_flow";
    }
    return options;
}

}  // namespace

class FamilyTrainingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        at::set_num_threads(1);
        // A teacher for the others: young enough that its paths still bend.
        const auto options = optionsOf("flow", 400);
        train::TransformerTask task(twoHalves(), options, 2);
        run(task, options, "flow");
    }

    void aFlowLearnsAndItsPathsEndInItsClasses()
    {
        const auto options = optionsOf("flow", 2000);
        train::TransformerTask task(twoHalves(), options, 2);
        const auto [first, last] = run(task, options, "learned flow");
        QVERIFY2(last < 0.7 * first, qPrintable(QString("%1 to %2").arg(first).arg(last)));
        // The teacher as others load it: paths from noise end bright on the side asked for.
        auto net = train::loadFlowTeacher(m_files.path("learned flow")).net;
        const torch::NoGradGuard noGrad;
        const auto ids = torch::arange(16) % 2;
        torch::manual_seed(4);
        const auto noise = torch::randn({16, 1, 8, 8});
        const auto velocity = [&](const torch::Tensor& x, double u, double) {
            return net(x, torch::full({16}, u * 50 - 1), ids);
        };
        const auto images = train::followFlow(velocity, noise, 20);
        const auto leftIsBright = images.slice(3, 0, 4).mean(at::IntArrayRef{1, 2, 3}) >
                                  images.slice(3, 4, 8).mean(at::IntArrayRef{1, 2, 3});
        const double agreement = (leftIsBright == (ids == 0)).to(torch::kFloat32).mean().item<double>();
        QVERIFY2(agreement > 0.9, qPrintable(QString::number(agreement)));
        QVERIFY(train::curvature(velocity, noise, 20) > 0);
    }

    void aReflowStraightensThePaths()
    {
        auto options = optionsOf("flow", 200);
        options.teacher = m_files.path("flow");
        options.reflowPairs = 48;
        options.optimizer.learningRate = 1e-3;
        const std::string pairs = m_files.path("straight-pairs");
        train::TransformerTask task(twoHalves(), options, 2, pairs);
        run(task, options, "straight");
        QVERIFY(train::readCheckpointOptions(m_files.path("straight")) == options);
        auto before = train::loadFlowTeacher(m_files.path("flow")).net,
             after = train::loadFlowTeacher(m_files.path("straight")).net;
        const torch::NoGradGuard noGrad;
        torch::manual_seed(6);
        const auto noise = torch::randn({32, 1, 8, 8}), ids = torch::arange(32) % 2;
        const auto bend = [&](model::Dit& net) {
            return train::curvature([&](const torch::Tensor& x, double u,
                                        double) { return net(x, torch::full({32}, u * 50 - 1), ids); },
                                    noise, 20);
        };
        QVERIFY2(bend(after) < 0.8 * bend(before),
                 qPrintable(QString("%1 to %2").arg(bend(before)).arg(bend(after))));
        // The pairs are kept, and are the same when they are read.
        const auto kept = train::reflowPairs(before, 50, options.seed, 48, 20, pairs);
        const auto made = train::reflowPairs(before, 50, options.seed, 48, 20, m_files.path("other-pairs"));
        QVERIFY(kept.images.equal(made.images));
    }

    void aStudentTakesLongSteps()
    {
        auto options = optionsOf("shortcut", 150);
        options.dit.readsStep = true;
        options.teacher = m_files.path("flow");
        options.optimizer.learningRate = 1e-3;
        train::ShortcutTask task(twoHalves(), options, 2);
        run(task, options, "student");
        QVERIFY(train::readCheckpointOptions(m_files.path("student")) == options);
        model::Dit student(options.dit);
        train::loadAveragedWeights(m_files.path("student"), *student);
        const torch::NoGradGuard noGrad;
        const auto ids = torch::arange(16) % 2;
        torch::manual_seed(5);
        const auto noise = torch::randn({16, 1, 8, 8});
        const auto velocity = [&](bool tellsStep) {
            return [&student, &ids, tellsStep](const torch::Tensor& x, double u, double step) {
                return student(x, torch::full({16}, u * 50 - 1), ids,
                               torch::full({16}, tellsStep ? step : 0.0));
            };
        };
        // One step, told that it is one, lands nearer to where many steps lead than one that is not told.
        const auto many = train::followFlow(velocity(true), noise, 64);
        const auto told = (train::followFlow(velocity(true), noise, 1) - many).square().mean();
        const auto untold = (train::followFlow(velocity(false), noise, 1) - many).square().mean();
        QVERIFY2(told.item<double>() < untold.item<double>(),
                 qPrintable(QString("%1 against %2").arg(told.item<double>()).arg(untold.item<double>())));
    }

    void aTeacherIsATrainingOrItsModel()
    {
        train::exportModel(m_files.path("flow"), m_files.path("flow model"),
                           {"flow", "Halves", "Bright halves.", "none", "made here", {}});
        const auto training = train::loadFlowTeacher(m_files.path("flow"));
        const auto model = train::loadFlowTeacher(m_files.path("flow model"));
        QCOMPARE(model.levels, 50);
        QCOMPARE(model.levels, training.levels);
        QVERIFY(model.net->config() == training.net->config());
        const auto ours = training.net->named_parameters(), theirs = model.net->named_parameters();
        QCOMPARE(theirs.size(), ours.size());
        for (const auto& item : ours)
            QVERIFY2(theirs[item.key()].equal(item.value()), item.key().c_str());
        QVERIFY(refusalOf([&] { train::loadFlowTeacher(m_files.path("nothing")); }).contains("nothing"));
        QVERIFY(refusalOf([&] {
                    train::loadFlowTeacher(DIFFUSCOPE_SOURCE_DIR "/models/mnist");
                }).contains("not a flow's transformer"));
    }

    void aStudentWithoutTeacherOrOfAnotherShapeIsRefused()
    {
        auto options = optionsOf("shortcut", 10);
        QVERIFY(refusalOf([&] { train::ShortcutTask(twoHalves(), options, 1); }).contains("needs a teacher"));
        options.teacher = m_files.path("flow");
        options.dit.readsStep = true;
        options.dit.layers = 3;
        QVERIFY(refusalOf([&] { train::ShortcutTask(twoHalves(), options, 1); }).contains("another network"));
    }

    void rivalsLearn()
    {
        for (const bool isGan : {false, true}) {
            auto options = optionsOf(isGan ? "gan" : "vae", 250);
            options.rival.isGan = isGan;
            options.optimizer.learningRate = isGan ? 1e-3 : 3e-3;
            options.optimizer.gradientClip = 1e4;
            const auto task = train::makeRivalTask(twoHalves(), options, 2);
            const auto [first, last] = run(*task, options, options.task);
            QVERIFY(std::isfinite(last));
            if (!isGan)
                QVERIFY2(last < 0.8 * first, qPrintable(QString("%1 to %2").arg(first).arg(last)));
        }
    }

    void rivalsRefuseWhatTheyAreNotFor()
    {
        auto options = optionsOf("vae", 5);
        options.rival.imageSide = 12;
        QVERIFY(refusalOf([&] { train::makeRivalTask(twoHalves(), options, 1); }).contains("another size"));
        options.rival.imageSide = 8;
        options.rival.classes = 1;
        QVERIFY(refusalOf([&] { train::makeRivalTask(twoHalves(), options, 1); }).contains("2 classes"));
    }

    void autoencodersGiveBackWhatTheyGet_data()
    {
        QTest::addColumn<bool>("isCodebook");
        QTest::newRow("kl") << false;
        QTest::newRow("vq") << true;
    }

    void autoencodersGiveBackWhatTheyGet()
    {
        QFETCH(bool, isCodebook);
        auto options = optionsOf("autoencoder", 120);
        options.autoencoder.kind = isCodebook ? model::LatentKind::codebook : model::LatentKind::gaussian;
        const std::string name = isCodebook ? "vq" : "kl";
        std::vector<uint32_t> all(40);
        std::iota(all.begin(), all.end(), 0u);
        train::AutoencoderTask task(colours(), all, options, 2);
        run(task, options, name);
        auto autoencoder = train::loadTrainedAutoencoder(m_files.path(name));
        model::Autoencoder untrained(options.autoencoder);
        const double before = train::reconstructionPsnr(untrained, *colours(), all);
        const double after = train::reconstructionPsnr(autoencoder, *colours(), all);
        QVERIFY2(after > before + 3, qPrintable(QString("%1 to %2 dB").arg(before).arg(after)));
        const auto latents = train::latentsOf(autoencoder, *colours());
        QCOMPARE(latents.values.sizes(), at::IntArrayRef({40, 4, 4, 4}));
        QVERIFY(std::abs(latents.values.std().item<double>() - 1) < 1e-4);
    }

    void latentsAreTrainedOnWithWords()
    {
        auto options = optionsOf("latent", 30);
        options.autoencoderFolder = m_files.path("kl");
        train::fitToLatents(options, *colours());
        QCOMPARE(options.network.imageChannels, 4);
        QCOMPARE(options.network.imageHeight, 4);
        QCOMPARE(options.target, std::string("flow"));
        train::LatentTask task(colours(), options, 2);
        const auto [first, last] = run(task, options, "latent");
        QVERIFY(last < first);
        QVERIFY(train::readCheckpointOptions(m_files.path("latent")) == options);
        // Another autoencoder in its place is noticed.
        options.autoencoderFolder = m_files.path("vq");
        QVERIFY(refusalOf([&] { train::LatentTask(colours(), options, 1); }).contains("not this network's"));
        options.autoencoderFolder = m_files.path("flow");
        QVERIFY(refusalOf([&] { train::LatentTask(colours(), options, 1); }).contains("not the training"));
    }

    void timesAreDrawnInTheirProportion()
    {
        auto options = optionsOf("flow", 1);
        options.levels = 1000;
        const auto shares = [&options](const std::string& times, double upTo) {
            options.times = times;
            const train::TimeSampling sampling(options);
            int below = 0;
            for (int k = 0; k < 2000; ++k)
                below += static_cast<double>(sampling.levelAt((k + 0.5) / 2000)) < 1000 * upTo;
            return below / 2000.0;
        };
        QVERIFY(std::abs(shares("uniform", 0.25) - 0.25) < 1e-3);
        // Of a logit-normal distribution with mean 0 and spread 1 half lies below u = 1/2, and a sixth below
        // u = 1/(1 + e).
        QVERIFY(std::abs(shares("logit-normal", 0.5) - 0.5) < 5e-3);
        QVERIFY(std::abs(shares("logit-normal", 0.26894) - 0.15866) < 5e-3);
        // Little noise has a high SNR, which a flow's error says little about; much noise says little of x0.
        QVERIFY(shares("snr", 0.25) < 0.25);
        QVERIFY(refusalOf([&] { shares("never", 0.5); }).contains("never"));
    }

    void precisionAndRecallAreSharesOfNeighbours()
    {
        torch::manual_seed(1);
        const auto real = torch::randn({200, 4});
        const auto same = measure::precisionAndRecall(torch::randn({200, 4}), real);
        QVERIFY(same.precision > 0.7 && same.recall > 0.7);
        // All in one place of the data: each looks real, most of the data is missing.
        const auto collapsed = measure::precisionAndRecall(0.05 * torch::randn({200, 4}), real);
        QVERIFY(collapsed.precision > 0.9 && collapsed.recall < 0.1);
        const auto elsewhere = measure::precisionAndRecall(20 + torch::randn({200, 4}), real);
        QVERIFY(elsewhere.precision == 0 && elsewhere.recall == 0);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument,
                                 measure::precisionAndRecall(torch::randn({3, 4}), real));
    }

private:
    std::pair<double, double> run(train::TrainingTask& task, const train::TrainingOptions& options,
                                  const std::string& name)
    {
        double first = 0, last = 0;
        train::LoopSettings settings;
        settings.outputFolder = m_files.path(name);
        settings.onProgress = [&](const train::TrainingProgress& progress) {
            first = progress.step == 1 ? progress.loss : first;
            last = progress.loss;
        };
        const auto outcome = train::trainTask(task, options, settings);
        if (outcome != train::TrainingOutcome::Finished)
            qFatal("The training stopped.");
        return {first, last};
    }

    test::FileFixture m_files;
};

QTEST_GUILESS_MAIN(FamilyTrainingTest)
#include "family_training_test.moc"
