// SPDX-License-Identifier: GPL-3.0-or-later
// Branches: a run that goes on from a frame of another, with real samplers over a tiny network.
#include "core/base/error.h"
#include "core/explain/run_reader.h"
#include "core/run/branch.h"
#include "core/run/model_run_factory.h"
#include "core/run/start_run.h"
#include "tests/core/refusal.h"
#include "tests/core/tiny_model.h"

#include <torch/types.h>

#include <QtTest>

#include <cmath>
#include <cstring>
#include <filesystem>

using namespace diffuscope;
using namespace diffuscope::run;
using namespace diffuscope::samplers;
using diffuscope::recipe::Recipe;
using diffuscope::record::FramePtr;
using diffuscope::record::Layer;

namespace {

constexpr int steps = 12;
constexpr int place = 5;

struct Recorded
{
    std::vector<FramePtr> frames;
    std::shared_ptr<const schedule::NoiseSchedule> schedule;
    std::shared_ptr<const std::vector<StepTerms>> terms;
    std::string remark;
    int own = 0;  ///< frames that advance() made

    const record::Frame& operator[](int i) const { return *frames.at(std::size_t(i)); }
    int evaluations() const { return frames.back()->totalEvaluations; }
};

Recorded recorded(Run& run)
{
    Recorded made{.frames = run.framesBefore(),
                  .schedule = std::make_shared<const schedule::NoiseSchedule>(run.schedule()),
                  .terms = {},
                  .remark = run.remark()};
    while (auto frame = run.advance({})) {
        made.frames.push_back(frame);
        ++made.own;
    }
    made.terms = std::make_shared<const std::vector<StepTerms>>(run.terms());
    return made;
}

RunStart startAt(const Recorded& parent, int frame, std::uint64_t seed = 1)
{
    auto origin = std::make_shared<Origin>();
    origin->frames.assign(parent.frames.begin(), parent.frames.begin() + frame + 1);
    origin->schedule = parent.schedule;
    origin->seeds.assign(std::size_t(frame), seed);
    origin->terms = parent.terms;
    return {.origin = origin, .exactFrame = {}};
}

bool isSame(const std::vector<float>& a, const std::vector<float>& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

double distance(const std::vector<float>& a, const std::vector<float>& b)
{
    double largest = a.size() == b.size() ? 0 : HUGE_VAL;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
        largest = std::max(largest, std::abs(double(a[i]) - double(b[i])));
    return largest;
}

std::vector<float> state(const record::Frame& frame)
{
    return frame.layer(Layer::xt).values;
}

/// The largest difference between the recorded states after the steps and the sums of their terms.
double largestRest(const explain::RunReader& run)
{
    double largest = 0;
    for (int step = 0; step + 1 < run.facts().trajectory->size(); ++step) {
        std::vector<float> sum(run.frame(step)->shape.imageValues());
        for (const StepTerm& term : *run.terms(step)) {
            const auto values = run.quantity(term.quantity, 1);
            for (std::size_t i = 0; values && i < sum.size(); ++i)
                sum[i] += float(term.coefficient * double((*values)[i]));
        }
        largest = std::max(largest, distance(sum, run.frame(step + 1)->layer(Layer::xt, 1)));
    }
    return largest;
}

/// Notes what it is asked for.
class Watched : public RunFactory
{
public:
    explicit Watched(RunFactory& factory) : m_factory(factory) {}

    std::unique_ptr<Run> start(const Recipe& recipe) override { return m_factory.start(recipe); }
    std::unique_ptr<Run> startPart(const Recipe& recipe, int firstImage) override
    {
        return m_factory.startPart(recipe, firstImage);
    }
    std::unique_ptr<Run> startFrom(const Recipe& recipe, const RunStart& start) override
    {
        if (start.exactFrame)
            framesAsked.push_back(*start.exactFrame);
        if (start.origin)
            origins.push_back(start.origin);
        return m_factory.startFrom(recipe, start);
    }

    std::vector<int> framesAsked;
    std::vector<std::shared_ptr<const Origin>> origins;

private:
    RunFactory& m_factory;
};

}  // namespace

class BranchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        const std::string root = m_folder.path().toStdString();
        torch::manual_seed(3);
        model::UNet net(test::tinyConfig());
        for (auto& weight : net->parameters())
            weight.data().normal_(0, 0.1);
        model::ModelCard card;
        card.name = "tiny";
        model::describeUNet(card, test::tinyConfig());
        card.classNames = {"a", "b", "c"};
        model::saveModel(root + "/tiny", card, *net);
        m_factory = std::make_unique<ModelRunFactory>(std::vector<std::filesystem::path>{root},
                                                      RunLimits{.threads = 1, .device = "cpu"});
    }

    void everySamplerGoesOnAsItsParentDid_data()
    {
        QTest::addColumn<QString>("id");
        for (const SamplerInfo& info : samplers::samplers())
            if (!info.inverse)
                QTest::newRow(info.id.c_str()) << QString::fromStdString(info.id);
    }

    void everySamplerGoesOnAsItsParentDid()
    {
        QFETCH(QString, id);
        Recipe recipe = usual(id.toStdString());
        const bool isAdaptive = samplerInfo(recipe.sampler.id).adaptive;
        const Recorded parent = recorded(*m_factory->start(recipe));
        const auto run = m_factory->startFrom(recipe, startAt(parent, place));
        const Recorded branch = recorded(*run);
        QCOMPARE(branch.frames.size(), parent.frames.size());
        QCOMPARE(branch.own, steps + 1 - place);
        if (!isAdaptive)
            QCOMPARE(branch.evaluations(), parent.evaluations());
        // The frames before are the parent's own; the first of its own holds the parent's state, bit for bit.
        for (int i = 0; i < place; ++i)
            QVERIFY(branch.frames[std::size_t(i)] == parent.frames[std::size_t(i)]);
        QVERIFY(isSame(state(branch[place]), state(parent[place])));
        if (branch.remark.empty()) {
            for (int i = place; i <= steps; ++i)
                QVERIFY2(isSame(state(branch[i]), state(parent[i])), qPrintable(QString::number(i)));
        } else if (isAdaptive) {
            QVERIFY(branch.remark.find("starts anew") != std::string::npos);
        } else {
            QVERIFY2(branch.remark.find("goes on as if") != std::string::npos, branch.remark.c_str());
            const double apart = distance(state(branch[steps]), state(parent[steps]));
            QVERIFY2(apart < 2e-5, qPrintable(QString::number(apart)));
        }
    }

    void aMemoryOfImagesIsReplayedBitForBit_data()
    {
        QTest::addColumn<QString>("id");
        for (const char* id : {"dpmpp_2m", "dpmpp_3m", "dpmpp_2m_sde", "unipc", "res_multistep"})
            QTest::newRow(id) << QString(id);
    }

    void aMemoryOfImagesIsReplayedBitForBit()
    {
        QFETCH(QString, id);
        const Recipe recipe = usual(id.toStdString());
        const Recorded parent = recorded(*m_factory->start(recipe));
        const Recorded branch = recorded(*m_factory->startFrom(recipe, startAt(parent, place)));
        for (int i = place; i <= steps; ++i)
            QVERIFY2(isSame(state(branch[i]), state(parent[i])), qPrintable(QString::number(i)));
    }

    void everySamplerCanTakeOverFromDdim_data() { everySamplerGoesOnAsItsParentDid_data(); }

    void everySamplerCanTakeOverFromDdim()
    {
        QFETCH(QString, id);
        const Recorded parent = recorded(*m_factory->start(usual("ddim")));
        Recipe recipe = usual(id.toStdString());
        const Recorded branch = recorded(*m_factory->startFrom(recipe, startAt(parent, place)));
        QCOMPARE(int(branch.frames.size()), steps + 1);
        QVERIFY(isSame(state(branch[place]), state(parent[place])));
        for (const float value : state(branch[steps]))
            QVERIFY(std::isfinite(value));
    }

    void everySamplerCanTakeOverFromChurnedSteps_data() { everySamplerGoesOnAsItsParentDid_data(); }

    /// Their predictions are of other states, so nothing can be replayed.
    void everySamplerCanTakeOverFromChurnedSteps()
    {
        QFETCH(QString, id);
        Recipe churned = usual("euler");
        churned.sampler.options["churn"] = 4.0;
        const Recorded parent = recorded(*m_factory->start(churned));
        const auto run = m_factory->startFrom(usual(id.toStdString()), startAt(parent, place));
        const Recorded branch = recorded(*run);
        QCOMPARE(branch.own, steps + 1 - place);
        if (id == QLatin1String("dpmpp_2m"))
            QVERIFY(branch.remark.find("starts anew") != std::string::npos);
        if (!branch.terms->empty())
            QCOMPARE(int(branch.terms->size()), steps);
    }

    void anotherGridIsVisitedFromTheBranchOn()
    {
        const Recorded parent = recorded(*m_factory->start(usual("ddim")));
        Recipe finer = usual("ddim");
        finer.steps = 2 * steps;
        finer.grid.rule = "trailing";
        const auto run = m_factory->startFrom(finer, startAt(parent, place));
        const schedule::TimeGrid& grid = run->grid();
        for (int i = 0; i <= place; ++i)
            QVERIFY(grid[i] == parent[i].level);
        for (int i = place; i < grid.steps(); ++i)
            QVERIFY(grid[i + 1].noiseToSignal() < grid[i].noiseToSignal());
        QVERIFY(grid.steps() - place > steps - place);
        const Recorded branch = recorded(*run);
        QCOMPARE(int(branch.frames.size()), grid.steps() + 1);
        QVERIFY(isSame(state(branch[place]), state(parent[place])));
    }

    void anotherScheduleKeepsTheRatioOfNoiseToSignal()
    {
        const Recorded parent = recorded(*m_factory->start(usual("ddim")));
        Recipe cosine = usual("ddim");
        cosine.schedule = schedule::ScheduleSpec{.family = "cosine", .options = {}};
        const auto run = m_factory->startFrom(cosine, startAt(parent, place));
        const double ratio = parent[place].level.noiseToSignal();
        QVERIFY(std::abs(run->grid()[place].noiseToSignal() / ratio - 1) < 1e-6);
        QVERIFY(distance(state(recorded(*run)[place]), state(parent[place])) < 1e-5);
    }

    void anotherSeedChangesTheNoiseAfterTheBranchAlone()
    {
        Recipe recipe = usual("ddpm");
        const Recorded parent = recorded(*m_factory->start(recipe));
        recipe.seed = 99;
        const Recorded branch = recorded(*m_factory->startFrom(recipe, startAt(parent, place)));
        QVERIFY(isSame(state(branch[place]), state(parent[place])));
        QVERIFY(distance(state(branch[place + 1]), state(parent[place + 1])) > 0.1);
    }

    void theTermsOfABranchAddUpToItsRecordedStates_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<bool>("churns");
        QTest::newRow("ddpm") << QString("ddpm") << false;
        QTest::newRow("dpmpp_2m") << QString("dpmpp_2m") << false;
        QTest::newRow("dpmpp_2m, restarted") << QString("dpmpp_2m") << true;
        QTest::newRow("heun") << QString("heun") << false;
    }

    void theTermsOfABranchAddUpToItsRecordedStates()
    {
        QFETCH(QString, id);
        QFETCH(bool, churns);
        Recipe first = usual(churns ? "euler" : "ddim");
        if (churns)
            first.sampler.options["churn"] = 4.0;
        else
            first.sampler.options["eta"] = 1.0;
        const Recorded parent = recorded(*m_factory->start(first));
        Recipe second = usual(id.toStdString());
        second.seed = 77;
        const Recorded branch = recorded(*m_factory->startFrom(second, startAt(parent, place)));
        auto trajectory = std::make_shared<record::Trajectory>();
        trajectory->frames = branch.frames;
        const explain::RunReader reader({.trajectory = trajectory,
                                         .terms = branch.terms,
                                         .sampler = second.sampler,
                                         .seed = second.seed,
                                         .earlier = {{place, first.sampler, first.seed}}});
        const double rest = largestRest(reader);
        QVERIFY2(rest < 2e-4, qPrintable(QString::number(rest)));
        QCOMPARE(QString::fromStdString(reader.samplerOf(place - 1).id),
                 QString::fromStdString(first.sampler.id));
        QCOMPARE(reader.seedOf(place), second.seed);
    }

    void whatCannotGoOnIsRefused()
    {
        const Recorded parent = recorded(*m_factory->start(usual("ddim")));
        Recipe recipe = usual("ddim");
        recipe.batch = 3;
        const RunStart inside = startAt(parent, place);
        const RunStart atTheEnd = startAt(parent, steps);
        REFUSES(m_factory->startFrom(recipe, inside), "3 images");
        recipe = usual("ddim");
        REFUSES(m_factory->startFrom(recipe, atTheEnd), "no level left");
        schedule::TimeGrid rising = schedule::makeTimeGrid(*parent.schedule, {}, steps);
        std::reverse(rising.levels.begin(), rising.levels.end());
        const schedule::NoiseSchedule own = *parent.schedule;
        REFUSES(branchGrid(*inside.origin, own, rising), "removes noise");
    }

    void fewerImagesAreTheFirstOnes()
    {
        const Recorded parent = recorded(*m_factory->start(usual("ddim")));
        Recipe one = usual("ddim");
        one.batch = 1;
        const Recorded branch = recorded(*m_factory->startFrom(one, startAt(parent, place)));
        QVERIFY(isSame(branch[place].layer(Layer::xt, 0), parent[place].layer(Layer::xt, 0)));
    }

    void framesAtHalfPrecisionAreNotGoneOnFrom()
    {
        ModelRunFactory frugal({m_folder.path().toStdString()},
                               {.recordBytes = 8000, .threads = 1, .device = "cpu"});
        const Recipe recipe = usual("ddim");
        const Recorded parent = recorded(*frugal.start(recipe));
        QVERIFY(!canContinueExactly(parent.frames, place));
        // The same run keeps what a branch is going to need if it is told.
        const Recorded again = recorded(*frugal.startFrom(recipe, {.origin = {}, .exactFrame = place}));
        QVERIFY(canContinueExactly(again.frames, place));
        const Recorded full = recorded(*m_factory->start(recipe));
        const Recorded branch = recorded(*frugal.startFrom(recipe, startAt(again, place)));
        QVERIFY(isSame(state(branch[steps]), state(full[steps])));
    }

    void theRecipesOfABranchOfABranchAreToldApartByStep()
    {
        recipe::RunPlan root{usual("ddim"), {}};
        recipe::RunPlan child{usual("heun"), std::make_shared<recipe::BranchPoint>(root, 5)};
        recipe::RunPlan grandchild{usual("ddpm"), std::make_shared<recipe::BranchPoint>(child, 8)};
        const auto parts = recipe::partsOf(grandchild);
        QCOMPARE(parts.size(), std::size_t(3));
        QCOMPARE(parts[1].firstStep, 5);
        QCOMPARE(parts[1].recipe.sampler.id, std::string("heun"));
        QCOMPARE(parts[2].firstStep, 8);
        // Left before its own first step, the child made nothing.
        grandchild.from = std::make_shared<recipe::BranchPoint>(child, 4);
        QCOMPARE(recipe::partsOf(grandchild).size(), std::size_t(2));
        QVERIFY(grandchild ==
                (recipe::RunPlan{usual("ddpm"), std::make_shared<recipe::BranchPoint>(child, 4)}));
        QVERIFY(!(grandchild == child));
    }

    void aPlanStartsFromARunInMemoryOrSamplesItsBeginningAgain()
    {
        const auto seeded = [](const char* sampler, std::uint64_t seed) {
            Recipe recipe = usual(sampler);
            recipe.seed = seed;
            return recipe;
        };
        const recipe::RunPlan root{seeded("ddpm", 11), {}};
        const recipe::RunPlan child{seeded("euler_a", 12), std::make_shared<recipe::BranchPoint>(root, 3)};
        const recipe::RunPlan leaf{seeded("ddpm", 13), std::make_shared<recipe::BranchPoint>(child, 6)};
        Watched watched(*m_factory);
        const Recorded again = recorded(*run::startRun(watched, leaf));
        QCOMPARE(watched.framesAsked, (std::vector<int>{3, 6}));  // no further than to the branches
        // The noise of each step before is that of the run that made it.
        QCOMPARE(watched.origins.back()->seeds, (std::vector<std::uint64_t>{11, 11, 11, 12, 12, 12}));
        QCOMPARE(watched.origins.front()->seeds, (std::vector<std::uint64_t>{11, 11, 11}));

        const Recorded parent = recorded(*run::startRun(*m_factory, child));
        auto trajectory = std::make_shared<record::Trajectory>();
        trajectory->frames = parent.frames;
        watched.framesAsked.clear();
        watched.origins.clear();
        const run::PlanStart known{.known = {{child, trajectory, parent.schedule, parent.terms}}};
        const Recorded fromMemory = recorded(*run::startRun(watched, leaf, known));
        QCOMPARE(watched.origins.size(), std::size_t(1));  // nothing was sampled again
        QCOMPARE(watched.origins.back()->seeds, (std::vector<std::uint64_t>{11, 11, 11, 12, 12, 12}));
        QCOMPARE(again.frames.size(), fromMemory.frames.size());
        for (int i = 0; i <= steps; ++i)
            QVERIFY(isSame(state(again[i]), state(fromMemory[i])));

        // A run that is stopped on the way, and a frame that there is not.
        std::stop_source stop;
        run::PlanStart stopped{.stop = stop.get_token()};
        stopped.onFrame = [&stop](const record::Frame& frame) {
            if (frame.index == 1)
                stop.request_stop();
        };
        QVERIFY_EXCEPTION_THROWN(run::startRun(*m_factory, leaf, stopped), Cancelled);
        const recipe::RunPlan late{seeded("ddpm", 1), std::make_shared<recipe::BranchPoint>(root, 13)};
        QVERIFY(test::contains(test::refusal([&] { run::startRun(*m_factory, late); }), "ends at frame 12"));
    }

private:
    static Recipe usual(const std::string& sampler)
    {
        Recipe recipe;
        recipe.model = "tiny";
        recipe.condition = recipe::Condition::classLabel(1);
        recipe.steps = steps;
        recipe.batch = 2;
        recipe.sampler.id = sampler;
        return recipe;
    }

    QTemporaryDir m_folder;
    std::unique_ptr<ModelRunFactory> m_factory;
};

QTEST_GUILESS_MAIN(BranchTest)
#include "branch_test.moc"
