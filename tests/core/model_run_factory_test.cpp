// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/denoise/rule_registry.h"
#include "core/model/checkpoint.h"
#include "core/model/classifiers/noise_classifier.h"
#include "core/model/unet/unet.h"
#include "core/model/unet/unet_kind.h"
#include "core/run/grid_progress.h"
#include "core/run/model_run_factory.h"
#include "core/schedule/schedule_registry.h"

#include <torch/types.h>

#include <QTest>

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>

using namespace diffuscope;
using namespace diffuscope::run;
using namespace diffuscope::samplers;
using diffuscope::recipe::Recipe;
using diffuscope::record::Layer;
namespace fs = std::filesystem;

namespace {

model::UNetConfig tiny(int side)
{
    return {.imageChannels = 1,
            .imageHeight = side,
            .imageWidth = side,
            .patch = 2,
            .baseChannels = 8,
            .multipliers = {1, 2},
            .blocksPerLevel = 1,
            .attentionLevels = {1},
            .attentionHeads = 2,
            .normalizationGroups = 4,
            .classes = 3,
            .embeddingWidth = 16};
}

/// A noise-aware classifier of random weights beside a model of three classes.
void makeNoiseClassifier(const fs::path& model, int classes = 3)
{
    torch::manual_seed(18);
    model::NoiseClassifier net(1, classes);
    model::NoiseClassifierCard card;
    card.imageHeight = card.imageWidth = 8;
    card.classes = classes;
    card.parameterCount = net->parameterCount();
    model::saveNoiseClassifier(model::noiseClassifierFolder(model.string()), card, net);
}

/// A network of random weights; `scale` makes it another one.
void makeModel(const fs::path& folder, double scale, const std::string& target = "eps", int side = 8)
{
    torch::manual_seed(17);
    model::UNet net(tiny(side));
    for (auto& weight : net->parameters())
        weight.data().normal_(0, scale);
    model::ModelCard card;
    card.name = folder.filename().string();
    model::describeUNet(card, tiny(side));
    card.target = target;
    card.classNames = {"a", "b", "c"};
    model::saveModel(folder.string(), card, *net);
}

Recipe testRecipe(const std::string& model = "net")
{
    Recipe made;
    made.model = model;
    made.condition = recipe::Condition{{0, 1, 2}};
    made.steps = 4;
    made.batch = 3;
    return made;
}

std::vector<record::FramePtr> allFrames(Run& run)
{
    std::vector<record::FramePtr> frames;
    while (auto frame = run.advance({}))
        frames.push_back(frame);
    return frames;
}

double largestDifference(const std::vector<float>& a, const std::vector<float>& b)
{
    double largest = a.size() == b.size() ? 0 : HUGE_VAL;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
        largest = std::max(largest, std::abs(double(a[i]) - double(b[i])));
    return largest;
}

}  // namespace

class ModelRunFactoryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_place.isValid());
        m_root = m_place.path().toStdString();
        makeModel(m_root / "net", 0.1);
        makeNoiseClassifier(m_root / "net");
        makeModel(m_root / "weak", 0.05);
        makeModel(m_root / "misled", 0.05);
        makeNoiseClassifier(m_root / "misled", 4);
        makeModel(m_root / "velocity", 0.1, "v");
        makeModel(m_root / "large", 0.1, "eps", 16);
        m_factory =
            std::make_unique<ModelRunFactory>(std::vector{m_root}, RunLimits{.threads = 1, .device = "cpu"});
    }

    void aRecipeBecomesARunWithTheModelsShape()
    {
        const auto run = m_factory->start(testRecipe());
        QVERIFY(run->shape() == (record::BatchShape{3, 1, 8, 8}));
        QCOMPARE(run->grid().steps(), 4);
        const auto frames = allFrames(*run);
        QCOMPARE(frames.size(), std::size_t(5));
        QVERIFY(frames[0]->has(Layer::guidanceDifference));
        QVERIFY(largestDifference(frames[0]->layer(Layer::guidanceDifference).values,
                                  std::vector<float>(192)) > 1e-4);
        for (const float value : frames[2]->layer(Layer::x0Hat).values)
            QVERIFY(value >= -1 && value <= 1);
    }

    void anEvaluatorSaysWhatARunRecords()
    {
        const auto frames = allFrames(*m_factory->start(testRecipe()));
        const auto evaluator = m_factory->open(testRecipe());
        const record::ImageBatch state = frames[1]->layer(Layer::xt);
        const StateBatch asked{state.shape, {state.values.begin(), state.values.end()}};
        const StatePrediction answer = evaluator->predict(asked, frames[1]->level);
        const record::ImageBatch x0Hat = frames[1]->layer(Layer::x0Hat);
        QCOMPARE(answer.x0Hat.size(), x0Hat.values.size());
        for (std::size_t i = 0; i < x0Hat.values.size(); ++i)
            QVERIFY(std::abs(answer.x0Hat[i] - double(x0Hat.values[i])) < 1e-5);
        QCOMPARE(evaluator->decode(asked).values, asked.values);

        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(evaluator->predict(asked, frames[1]->level, stop.get_token()), Cancelled);
        StateBatch wrong = asked;
        wrong.values.pop_back();
        QVERIFY_EXCEPTION_THROWN(evaluator->predict(wrong, frames[1]->level), Error);
    }

    void aRunBeginsAtAGivenState()
    {
        const auto frames = allFrames(*m_factory->start(testRecipe()));
        const record::ImageBatch first = frames[0]->layer(Layer::xt);
        RunStart begin;
        begin.state = std::make_shared<const std::vector<double>>(first.values.begin(), first.values.end());
        const auto again = allFrames(*m_factory->startFrom(testRecipe(), begin));
        QVERIFY(again.back()->layer(Layer::xt).values == frames.back()->layer(Layer::xt).values);
        begin.state = std::make_shared<const std::vector<double>>(3, 0.0);
        QVERIFY_EXCEPTION_THROWN(m_factory->startFrom(testRecipe(), begin), Error);
    }

    void theSameRecipeGivesTheSamePictures()
    {
        const auto first = allFrames(*m_factory->start(testRecipe()));
        ModelRunFactory other({m_root}, {.threads = 1, .device = "cpu"});
        const auto second = allFrames(*other.start(testRecipe()));
        QCOMPARE(first.back()->layer(Layer::xt).values, second.back()->layer(Layer::xt).values);
    }

    void aPartOfABatchIsThatPart()
    {
        Recipe whole = testRecipe();
        whole.sampler = {.id = "ddpm", .options = {}};
        whole.batch = 5;
        Recipe part = whole;
        part.batch = 2;
        const auto all = allFrames(*m_factory->start(whole)).back();
        const auto two = allFrames(*m_factory->startPart(part, 2)).back();
        QVERIFY(largestDifference(all->layer(Layer::xt, 2), two->layer(Layer::xt, 0)) < 1e-4);
        QVERIFY(largestDifference(all->layer(Layer::xt, 3), two->layer(Layer::xt, 1)) < 1e-4);
        QVERIFY(largestDifference(all->layer(Layer::xt, 2), two->layer(Layer::xt, 1)) > 1e-2);
    }

    void imagesOfAnAdaptiveRunDependOnEachOther()
    {
        Recipe adaptive = testRecipe();
        QVERIFY(m_factory->start(adaptive)->hasIndependentImages());
        for (const char* id : {"dpm_adaptive", "rk45"}) {
            adaptive.sampler = {.id = id, .options = {}};
            QVERIFY(!m_factory->start(adaptive)->hasIndependentImages());
        }
    }

    void anotherScheduleRunsOnTheSameNetwork()
    {
        Recipe other = testRecipe();
        other.schedule = schedule::ScheduleSpec{.family = "cosine", .options = {}};
        const auto run = m_factory->start(other);
        QCOMPARE(run->schedule().name(), schedule::makeSchedule(*other.schedule).name());
        QVERIFY(largestDifference(
                    allFrames(*run).back()->layer(Layer::xt).values,
                    allFrames(*m_factory->start(testRecipe())).back()->layer(Layer::xt).values) > 1e-3);
    }

    void impossibleRecipesAreRefusedBeforeAnyEvaluation_data()
    {
        using Change = std::function<void(Recipe&)>;
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("named");
        const auto row = [](const char* name, const Change& change, const char* named) {
            QTest::newRow(name) << change << QString(named);
        };
        row(
            "no images", [](Recipe& r) { r.batch = 0; }, "1 to 64");
        row(
            "too many images", [](Recipe& r) { r.batch = 65; }, "1 to 64");
        row(
            "no steps", [](Recipe& r) { r.steps = 0; }, "steps");
        row(
            "too many steps", [](Recipe& r) { r.steps = 1001; }, "1000");
        row(
            "class out of range",
            [](Recipe& r) {
                r.condition.classes = {0, 3};
            },
            "0 to 2");
        row(
            "negative class", [](Recipe& r) { r.condition.classes = {-2}; }, "0 to 2");
        row(
            "class to avoid", [](Recipe& r) { r.guidance.options["negative_class"] = 7.0; },
            "negative class");
        row(
            "guidance NaN", [](Recipe& r) { r.guidance.scale = std::nan(""); }, "guidance scale");
        row(
            "guidance too large", [](Recipe& r) { r.guidance.scale = 1000; }, "-20 to 50");
        row(
            "unknown sampler", [](Recipe& r) { r.sampler.id = "magic"; }, "magic");
        row(
            "eta", [](Recipe& r) { r.sampler.options["eta"] = 1.5; }, "eta");
        row(
            "unknown grid", [](Recipe& r) { r.grid.rule = "magic"; }, "magic");
        row(
            "unknown clipping", [](Recipe& r) { r.clipping.rule = "magic"; }, "magic");
        row(
            "no weaker model", [](Recipe& r) { r.guidance.rule = "autoguidance"; }, "weak_model");
        row(
            "weaker model of another size",
            [](Recipe& r) {
                r.guidance.rule = "autoguidance";
                r.guidance.options["weak_model"] = std::string("large");
            },
            "another size");
        row(
            "no noise-aware classifier",
            [](Recipe& r) {
                r.model = "weak";
                r.guidance.rule = "classifier";
            },
            "\"weak\" has no noise-aware classifier");
        row(
            "noise-aware classifier of other classes",
            [](Recipe& r) {
                r.model = "misled";
                r.guidance.rule = "classifier";
            },
            "other classes");
        row(
            "noise without signal",
            [](Recipe& r) {
                r.schedule = schedule::ScheduleSpec{.family = "linear",
                                                    .options = {{"terminal_snr", std::string("zero")}}};
                r.grid.rule = "trailing";
            },
            "zero terminal SNR");
    }

    void impossibleRecipesAreRefusedBeforeAnyEvaluation()
    {
        QFETCH(std::function<void(Recipe&)>, change);
        QFETCH(QString, named);
        Recipe impossible = testRecipe();
        change(impossible);
        try {
            m_factory->start(impossible);
            QFAIL("must throw");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::invalidOption);
            QVERIFY2(QString(error.what()).contains(named), error.what());
            QVERIFY(!error.hint().empty());
        }
    }

    void velocityPredictionStartsWithoutSignal()
    {
        Recipe zeroSnr = testRecipe("velocity");
        zeroSnr.schedule =
            schedule::ScheduleSpec{.family = "linear", .options = {{"terminal_snr", std::string("zero")}}};
        zeroSnr.grid.rule = "trailing";
        const auto frames = allFrames(*m_factory->start(zeroSnr));
        QCOMPARE(frames[0]->level.alpha, 0.0);
        QCOMPARE(frames.size(), std::size_t(5));
    }

    void aLimitOfOnesOwnAllowsMoreImages()
    {
        ModelRunFactory many({m_root}, {.maximumBatch = 100, .threads = 1, .device = "cpu"});
        Recipe large = testRecipe();
        large.batch = 80;
        large.steps = 1;
        QCOMPARE(allFrames(*many.start(large)).size(), std::size_t(2));
    }

    void everyGuidanceRuleRuns()
    {
        for (const denoise::RuleInfo& rule : denoise::guidanceRules()) {
            Recipe guided = testRecipe();
            guided.guidance = {.rule = rule.id, .scale = 1.5, .options = {}};
            if (rule.id == "autoguidance")
                guided.guidance.options["weak_model"] = std::string("weak");
            const auto frames = allFrames(*m_factory->start(guided));
            QVERIFY2(frames[2]->has(Layer::guidanceDifference), rule.id.c_str());
            QCOMPARE(frames.back()->totalEvaluations, 4);
        }
    }

    void missingAndBrokenModelsAreRefused()
    {
        QVERIFY_EXCEPTION_THROWN(m_factory->start(testRecipe("nowhere")), Error);
        fs::create_directories(m_root / "torn");
        fs::copy(m_root / "net" / "model.json", m_root / "torn" / "model.json");
        fs::copy(m_root / "net" / "model.safetensors", m_root / "torn" / "model.safetensors");
        fs::resize_file(m_root / "torn" / "model.safetensors", 5000);
        try {
            m_factory->start(testRecipe("torn"));
            QFAIL("must throw");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::invalidFile);
            QVERIFY(QString(error.what()).contains("torn"));
        }
        QCOMPARE(allFrames(*m_factory->start(testRecipe())).size(), std::size_t(5));
    }

    void aModelThatChangedOnDiskIsReadAgain()
    {
        makeModel(m_root / "changing", 0.1);
        const auto before = allFrames(*m_factory->start(testRecipe("changing"))).back();
        makeModel(m_root / "changing", 0.2);
        fs::last_write_time(m_root / "changing" / "model.safetensors",
                            fs::file_time_type::clock::now() + std::chrono::seconds(5));
        const auto after = allFrames(*m_factory->start(testRecipe("changing"))).back();
        QVERIFY(largestDifference(before->layer(Layer::xt).values, after->layer(Layer::xt).values) > 1e-3);
    }

    void progressCountsTheStepsOfTheGrid()
    {
        const schedule::NoiseSchedule linear = schedule::makeSchedule({});
        const schedule::TimeGrid grid = schedule::makeTimeGrid(linear, {}, 10);
        const auto progress = progressOn(grid);
        for (int i = 0; i <= 10; ++i)
            QVERIFY(std::abs(progress(grid[i]) - i / 10.0) < 1e-12);
        const double between = progress(linear.levelAt(850));
        QVERIFY(between > 0 && between < 0.1);
        QCOMPARE(progress(linear.levelAt(999)), 0.0);
        schedule::TimeGrid inverse = grid;
        std::reverse(inverse.levels.begin(), inverse.levels.end());
        QVERIFY(std::abs(progressOn(inverse)(grid[10])) < 1e-12);
        QVERIFY(std::abs(progressOn(inverse)(grid[3]) - 0.7) < 1e-12);
    }

private:
    QTemporaryDir m_place;
    fs::path m_root;
    std::unique_ptr<ModelRunFactory> m_factory;
};

QTEST_GUILESS_MAIN(ModelRunFactoryTest)
#include "model_run_factory_test.moc"
