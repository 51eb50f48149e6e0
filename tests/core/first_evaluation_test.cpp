// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint.h"
#include "core/run/first_evaluation_cache.h"
#include "core/run/model_run_factory.h"
#include "tests/core/tiny_model.h"

#include <torch/types.h>

#include <QTest>

#include <filesystem>

using namespace diffuscope;
using namespace diffuscope::run;
using namespace diffuscope::samplers;
using diffuscope::recipe::Recipe;
using diffuscope::record::Layer;
namespace fs = std::filesystem;

namespace {

void makeModel(const fs::path& folder, int seed)
{
    torch::manual_seed(seed);
    model::UNet net(test::plannableConfig());
    for (auto& weight : net->parameters())
        weight.data().normal_(0, 0.1);
    model::ModelCard card;
    card.name = folder.filename().string();
    model::describeUNet(card, test::plannableConfig());
    card.classNames = {"a", "b", "c"};
    model::saveModel(folder.string(), card, *net);
}

Recipe testRecipe(double scale)
{
    Recipe made;
    made.model = "net";
    made.condition = recipe::Condition{{0, 1, 2}};
    made.steps = 3;
    made.batch = 5;
    made.guidance.scale = scale;
    return made;
}

struct Outcome
{
    std::vector<record::FramePtr> frames;
    int reused = 0;
};

Outcome outcome(ModelRunFactory& factory, const Recipe& recipe)
{
    Outcome result;
    const auto run = factory.start(recipe);
    while (auto frame = run->advance({}))
        result.frames.push_back(frame);
    result.reused = run->reusedEvaluations();
    return result;
}

/// Every value of every frame, to the last bit.
bool areSame(const Outcome& a, const Outcome& b)
{
    bool same = a.frames.size() == b.frames.size();
    for (std::size_t k = 0; same && k < a.frames.size(); ++k)
        for (const Layer layer : {Layer::xt, Layer::x0Hat, Layer::epsHat, Layer::epsUnconditional}) {
            same = same && a.frames[k]->has(layer) == b.frames[k]->has(layer);
            if (same && a.frames[k]->has(layer))
                same = a.frames[k]->layer(layer).values == b.frames[k]->layer(layer).values;
        }
    return same;
}

/// Answers with the sum of image, time and class, and counts the images that it is asked about.
class CountingNetwork
{
public:
    FirstEvaluationCache::Network function()
    {
        return [this](const Tensor& x, const Tensor& t, const Tensor& ids) {
            m_asked += x.size(0);
            return x + t.view({-1, 1}) + ids.to(torch::kFloat).view({-1, 1});
        };
    }
    std::int64_t takeAsked() { return std::exchange(m_asked, 0); }

private:
    std::int64_t m_asked = 0;
};

}  // namespace

class FirstEvaluationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_place.isValid());
        m_root = m_place.path().toStdString();
        makeModel(m_root / "net", 1);
    }

    void onlyImagesThatAreNotKnownAreAskedFor()
    {
        CountingNetwork network;
        FirstEvaluationCache cache;
        const Tensor x = torch::randn({4, 6});
        const Tensor t = torch::full({4}, 7.0f);
        const Tensor ids = torch::arange(4);
        const Tensor expected = network.function()(x, t, ids);
        network.takeAsked();
        for (const std::int64_t asked : {4, 0}) {
            const auto answer = cache.evaluate(network.function(), x, t, ids);
            QVERIFY(torch::equal(answer.output, expected));
            QCOMPARE(network.takeAsked(), asked);
            QCOMPARE(answer.known, 4 - asked);
        }
        // In another order, one of them of another class, one at another time, and one a little different.
        const Tensor order = torch::tensor({3, 2, 1, 0}, torch::kLong);
        Tensor otherX = x.index_select(0, order), otherT = t.clone(), otherIds = ids.index_select(0, order);
        otherX[0][5] += 1e-6f;
        otherT[1] = 8;
        otherIds[2] = 3;
        const auto answer = cache.evaluate(network.function(), otherX, otherT, otherIds);
        QCOMPARE(network.takeAsked(), 3);
        QVERIFY(torch::equal(answer.output, network.function()(otherX, otherT, otherIds)));
    }

    void whatIsRememberedIsBounded()
    {
        CountingNetwork network;
        constexpr std::size_t limit = 20'000;
        FirstEvaluationCache cache(limit);
        const Tensor t = torch::zeros({10}), ids = torch::zeros({10}, torch::kLong);
        for (int round = 0; round < 50; ++round) {
            const Tensor x = torch::randn({10, 64});
            cache.evaluate(network.function(), x, t, ids);
            QVERIFY(cache.bytes() <= limit);
            QVERIFY(cache.bytes() > 0);
            network.takeAsked();
            QVERIFY(torch::equal(cache.evaluate(network.function(), x, t, ids).output, x));
            QCOMPARE(network.takeAsked(), 0);
        }
        // An image that does not fit at all is answered all the same.
        const Tensor large = torch::randn({1, 10'000});
        for (int round = 0; round < 2; ++round) {
            const auto answer =
                cache.evaluate(network.function(), large, t.narrow(0, 0, 1), ids.narrow(0, 0, 1));
            QVERIFY(torch::equal(answer.output, large));
            QCOMPARE(network.takeAsked(), 1);
        }
    }

    void aRunIsTheSameToTheBitWhateverIsKnown_data()
    {
        QTest::addColumn<double>("scale");
        QTest::addColumn<QString>("sampler");
        QTest::addColumn<int>("reused");
        // The cache has seen the guided pair, so it knows both halves.
        QTest::newRow("another guidance") << 4.5 << "ddim" << 1;
        QTest::newRow("no guidance") << 1.0 << "ddim" << 1;
        QTest::newRow("without the condition") << 0.0 << "ddim" << 1;
        QTest::newRow("negative guidance") << -2.0 << "ddim" << 1;
        QTest::newRow("another sampler") << 3.0 << "dpmpp_2m" << 1;
        QTest::newRow("two evaluations a step") << 3.0 << "heun" << 1;
    }

    void aRunIsTheSameToTheBitWhateverIsKnown()
    {
        QFETCH(double, scale);
        QFETCH(QString, sampler);
        QFETCH(int, reused);
        Recipe wanted = testRecipe(scale);
        wanted.sampler.id = sampler.toStdString();
        ModelRunFactory fresh({m_root}, {.threads = 1, .device = "cpu"});
        const Outcome expected = outcome(fresh, wanted);
        QCOMPARE(expected.reused, 0);
        ModelRunFactory used({m_root}, {.threads = 2, .device = "cpu"});
        QCOMPARE(outcome(used, testRecipe(3)).reused, 0);
        const Outcome again = outcome(used, wanted);
        QCOMPARE(again.reused, reused);
        QVERIFY(areSame(again, expected));
        QCOMPARE(again.frames.back()->totalEvaluations, expected.frames.back()->totalEvaluations);
    }

    void otherImagesAreEvaluated_data()
    {
        using Change = std::function<void(Recipe&)>;
        QTest::addColumn<Change>("change");
        const auto row = [](const char* name, const Change& change) { QTest::newRow(name) << change; };
        row("another seed", [](Recipe& r) { r.seed += 1; });
        row("another class", [](Recipe& r) { r.condition.classes = {2, 1, 0}; });
        row("more images", [](Recipe& r) { r.batch += 1; });
        row("another first level", [](Recipe& r) { r.steps = 7; });
        row("another schedule",
            [](Recipe& r) { r.schedule = schedule::ScheduleSpec{.family = "cosine", .options = {}}; });
    }

    void otherImagesAreEvaluated()
    {
        QFETCH(std::function<void(Recipe&)>, change);
        Recipe other = testRecipe(3);
        change(other);
        ModelRunFactory used({m_root}, {.threads = 1, .device = "cpu"});
        outcome(used, testRecipe(3));
        const Outcome result = outcome(used, other);
        QCOMPARE(result.reused, 0);
        ModelRunFactory fresh({m_root}, {.threads = 1, .device = "cpu"});
        QVERIFY(areSame(result, outcome(fresh, other)));
    }

    void nothingIsKnownOfAModelThatChangedOnDisk()
    {
        makeModel(m_root / "changing", 2);
        Recipe wanted = testRecipe(3);
        wanted.model = "changing";
        ModelRunFactory used({m_root}, {.threads = 1, .device = "cpu"});
        const Outcome before = outcome(used, wanted);
        QCOMPARE(outcome(used, wanted).reused, 1);
        makeModel(m_root / "changing", 3);
        fs::last_write_time(m_root / "changing" / "model.safetensors",
                            fs::file_time_type::clock::now() + std::chrono::seconds(5));
        const Outcome after = outcome(used, wanted);
        QCOMPARE(after.reused, 0);
        QVERIFY(!areSame(after, before));
        ModelRunFactory fresh({m_root}, {.threads = 1, .device = "cpu"});
        QVERIFY(areSame(after, outcome(fresh, wanted)));
    }

    void eachPrecisionKnowsItsOwnAnswers()
    {
        ModelRunFactory full({m_root}, {.threads = 1, .device = "cpu"});
        ModelRunFactory narrow({m_root}, {.threads = 1, .device = "cpu", .precision = "bfloat16"});
        outcome(full, testRecipe(3));
        QCOMPARE(outcome(narrow, testRecipe(3)).reused, 0);
    }

private:
    QTemporaryDir m_place;
    fs::path m_root;
};

QTEST_GUILESS_MAIN(FirstEvaluationTest)
#include "first_evaluation_test.moc"
