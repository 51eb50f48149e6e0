// SPDX-License-Identifier: GPL-3.0-or-later
// Networks with parts left out or told another time: each switch changes the run, none changes it while it is
// off, and what a network does not have is refused.
#include "core/model/checkpoint.h"
#include "core/model/unet/unet_kind.h"
#include "core/run/model_run_factory.h"
#include "core/run/part_effects.h"
#include "tests/core/refusal.h"
#include "tests/core/tiny_model.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace diffuscope;

namespace {

using Values = std::vector<float>;

/// A network that has not been trained answers zero: its output layer begins there.
void saveLivelyModel(const std::string& folder)
{
    torch::manual_seed(3);
    model::UNet net(test::plannableConfig());
    torch::NoGradGuard noGrad;
    for (auto& weight : net->parameters())
        weight.normal_(0, 0.2);
    model::ModelCard card;
    card.name = "lively";
    model::describeUNet(card, test::plannableConfig());
    card.schedule = {"linear", {{"levels", 100.0}}};
    card.classNames = {"a", "b", "c"};
    model::saveModel(folder, card, *net);
}

double distance(const Values& a, const Values& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += std::abs(double(a[i]) - double(b[i]));
    return sum / double(a.size());
}

}  // namespace

class NetworkSwitchesTest : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::unique_ptr<run::ModelRunFactory> m_factory;

    static recipe::Recipe plain(int batch = 2)
    {
        recipe::Recipe recipe;
        recipe.model = "lively";
        recipe.condition = recipe::Condition::classLabel(1);
        recipe.steps = 4;
        recipe.batch = batch;
        recipe.clipping.rule = "none";
        return recipe;
    }

    Values resultOf(const recipe::Recipe& recipe)
    {
        const auto run = m_factory->start(recipe);
        record::FramePtr last;
        while (const auto frame = run->advance({}))
            last = frame;
        return last->layer(record::Layer::xt).values;
    }

private Q_SLOTS:
    void initTestCase()
    {
        saveLivelyModel((m_folder.path() + "/lively").toStdString());
        m_factory = std::make_unique<run::ModelRunFactory>(
            std::vector<std::filesystem::path>{m_folder.path().toStdString()}, run::RunLimits{.threads = 2});
    }

    void everyPartMattersAndOffIsOff()
    {
        const Values whole = resultOf(plain());
        recipe::Recipe none = plain();
        none.network.set(recipe::wholeNetwork, true);
        QVERIFY(distance(whole, resultOf(none)) < 1e-4);
        for (const char* part : {"skip:0", "skip:1", "attention:2", "attention:middle", "condition"}) {
            recipe::Recipe other = plain();
            other.network.set(part, true);
            QVERIFY2(distance(whole, resultOf(other)) > 1e-3, part);
        }
        QCOMPARE(resultOf(plain()), whole);  // what was remembered is still of the whole network
    }

    void theNetworkIsToldAnotherTime()
    {
        const Values whole = resultOf(plain());
        recipe::Recipe later = plain(), frozen = plain(), both = plain();
        later.network.timeOffset = 20;
        frozen.network.frozenTime = 50;
        both.network.frozenTime = 70;
        both.network.timeOffset = -20;
        QVERIFY(distance(whole, resultOf(later)) > 1e-4);
        QVERIFY(distance(whole, resultOf(frozen)) > 1e-4);
        QCOMPARE(resultOf(frozen), resultOf(both));
        QCOMPARE(resultOf(plain()), whole);
    }

    void anImageDoesNotDependOnTheOthers()
    {
        recipe::Recipe one = plain(1), three = plain(3);
        one.network.set("skip:0", true);
        three.network.set("skip:0", true);
        const Values alone = resultOf(one), together = resultOf(three);
        QVERIFY(std::equal(alone.begin(), alone.end(), together.begin()));
    }

    void effectsAreMeasuredForEveryPart()
    {
        const auto evaluator = m_factory->open(plain());
        const model::NetworkLayout layout = evaluator->network();
        QCOMPARE(layout.levels.size(), std::size_t(2));
        run::StateBatch x{{1, 1, 8, 8}, std::vector<double>(64, 0.3)};
        const auto effects = run::partEffects(*m_factory, plain(), x, evaluator->schedule().level(40));
        QCOMPARE(effects.size(), layout.parts.size() + 1);
        for (const run::PartEffect& effect : effects)
            QVERIFY2(effect.change > 1e-6, effect.id.c_str());
    }

    void whatTheNetworkDoesNotHaveIsRefused()
    {
        recipe::Recipe recipe = plain();
        recipe.network.set("skip:7", true);
        REFUSES(m_factory->start(recipe), "no part \"skip:7\"");
        REFUSES(m_factory->open(recipe), "no part \"skip:7\"");
        recipe.model = "exact:moons";
        recipe.condition = recipe::Condition::none();
        REFUSES(m_factory->start(recipe), "is a formula");
    }
};

QTEST_GUILESS_MAIN(NetworkSwitchesTest)
#include "network_switches_test.moc"
