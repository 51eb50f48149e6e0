// SPDX-License-Identifier: GPL-3.0-or-later
// Sampling from the command line: every part of a recipe can be asked for, and a written recipe gives the
// same.
#include "core/model/safetensors.h"
#include "core/run/model_run_factory.h"
#include "core/run/start_run.h"
#include "tests/core/cli_fixture.h"
#include "tests/core/tiny_model.h"

#include <QSize>
#include <QTest>

using namespace diffuscope;
using Outcome = test::CliFixture::Outcome;

namespace {

/// The size that a PNG file's header tells; empty where there is no such file.
QSize pngSize(const std::string& bytes)
{
    if (bytes.size() < 24 || bytes.compare(1, 3, "PNG") != 0)
        return {};
    const auto number = [&bytes](std::size_t at) {
        int value = 0;
        for (std::size_t i = at; i < at + 4; ++i)
            value = value << 8 | static_cast<unsigned char>(bytes[i]);
        return value;
    };
    return {number(16), number(20)};
}

/// A branch of a branch: of a run of noise at frame 5, then of that at frame 3, which is still the first
/// run's.
recipe::RunPlan branchOfABranch()
{
    recipe::RunPlan plan;
    plan.recipe.model = "tiny";
    plan.recipe.steps = 8;
    plan.recipe.batch = 2;
    plan.recipe.sampler = {"dpmpp_2m_sde", {}};
    plan.recipe.condition = recipe::Condition::classLabel(1);
    for (const int frame : {3, 5}) {
        recipe::RunPlan branch{plan.recipe, std::make_shared<const recipe::BranchPoint>(
                                                recipe::BranchPoint{.run = plan, .frame = frame})};
        branch.recipe.seed = std::uint64_t(frame);
        branch.recipe.guidance.scale += 1;
        plan = std::move(branch);
    }
    plan.recipe.sampler = {"heun", {}};
    plan.recipe.steps = 12;
    return plan;
}

/// The states of all frames of a run, one after the other.
std::vector<float> statesOf(run::Run& run)
{
    std::vector<record::FramePtr> frames = run.framesBefore();
    while (auto frame = run.advance({}))
        frames.push_back(frame);
    std::vector<float> states;
    for (const auto& frame : frames) {
        const auto state = frame->layer(record::Layer::xt);
        states.insert(states.end(), state.values.begin(), state.values.end());
    }
    return states;
}

}  // namespace

class CliRecipesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { test::saveTinyModel(m_cli.path("models/tiny")); }

    void aWrittenRecipeGivesTheSameImagesToTheBit_data()
    {
        QTest::addColumn<QStringList>("flags");
        QTest::newRow("plain") << QStringList{};
        QTest::newRow("noise") << QStringList{"--sampler", "dpmpp-2m-sde", "--grid",
                                              "karras",    "--seed",       "77"};
        QTest::newRow("another schedule")
            << QStringList{"--schedule", "cosine:offset=0.01", "--grid", "ays", "--class", "none"};
        QTest::newRow("guided") << QStringList{
            "--sampler",       "euler:churn=3,churn_from=0.1",
            "--guidance-rule", "cfg:rescale=0.7,start=0.1,end=0.9,convention=ho_salimans",
            "--guidance",      "2.3333333333333335",
            "--clipping",      "dynamic:percentile=0.9",
            "--class",         "2,0"};
        QTest::newRow("negative class") << QStringList{"--guidance-rule",  "perp-neg", "--guidance-option",
                                                       "negative-class=1", "--class",  "2"};
        QTest::newRow("typed list") << QStringList{"--grid", "sigmas:values=20, 5, 1, 0.2"};
    }
    void aWrittenRecipeGivesTheSameImagesToTheBit()
    {
        QFETCH(QStringList, flags);
        const QString first = m_cli.file("first.safetensors"), again = m_cli.file("again.safetensors");
        const Outcome outcome = m_cli.run(sample(QStringList{"--tensors", first, "--frames"} + flags));
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        const Outcome repeated =
            m_cli.run({"sample", "--recipe", m_cli.file("first.recipe.json"), "--tensors", again, "--frames",
                       "--out", m_cli.file("again.png")});
        QVERIFY2(repeated.exitCode == 0, qPrintable(repeated.errors));
        const auto expected = model::readSafetensors(first.toStdString()).tensors;
        const auto got = model::readSafetensors(again.toStdString()).tensors;
        for (const char* name : {"images", "x_t", "x0_hat"})
            QVERIFY2(got.at(name).equal(expected.at(name)), name);
        QCOMPARE(m_cli.read("again.recipe.json"), m_cli.read("first.recipe.json"));
    }

    void aRecipeIsReadFromTheStandardInputAndFlagsGoOnTop()
    {
        const QByteArray recipe = R"({"version": 1, "model": "tiny", "steps": 7, "batch": 2, "seed": 3,
            "condition": {"classes": [1]},
            "sampler": {"id": "Euler-Ancestral", "options": {"eta": 0.5}}})";
        const Outcome outcome = m_cli.run({"sample", "--recipe", "-", "--steps", "4", "--sampler-option",
                                           "noise_factor=1.1", "--out", m_cli.file("stdin.png")},
                                          recipe);
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        const auto written = recipe::recipeFromJson(m_cli.read("stdin.recipe.json"));
        QCOMPARE(written.steps, 4);
        QCOMPARE(written.batch, 2);
        QCOMPARE(written.seed, std::uint64_t(3));
        QVERIFY(written.condition == recipe::Condition::classLabel(1));
        QCOMPARE(written.sampler.id, std::string("euler_a"));
        QVERIFY(written.sampler.options == base::OptionValues({{"eta", 0.5}, {"noise_factor", 1.1}}));
    }

    void aRecipeIsPastedAsText()
    {
        recipe::Recipe copied;
        copied.model = "tiny";
        copied.steps = 5;
        copied.batch = 1;
        copied.condition = recipe::Condition::classLabel(2);
        const Outcome outcome =
            m_cli.run({"sample", "--recipe", QString::fromStdString(recipe::toJson(copied)), "--out",
                       m_cli.file("pasted.png")});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        QVERIFY(recipe::recipeFromJson(m_cli.read("pasted.recipe.json")) == copied);
    }

    void aBranchIsSampledToTheBitAsTheWindowDoes()
    {
        const recipe::RunPlan plan = branchOfABranch();
        const std::string text = recipe::toJson(plan);
        // As the window's engine: the runs above are in memory.
        run::ModelRunFactory factory({m_cli.path("models")});
        run::PlanStart start;
        recipe::RunPlan above = plan.from->run;
        const auto parent = run::startRun(factory, above);
        auto trajectory = std::make_shared<record::Trajectory>();
        trajectory->frames = parent->framesBefore();
        while (auto frame = parent->advance({}))
            trajectory->frames.push_back(frame);
        start.known.push_back({above, trajectory,
                               std::make_shared<const schedule::NoiseSchedule>(parent->schedule()),
                               std::make_shared<const std::vector<samplers::StepTerms>>(parent->terms())});
        start.onFrame = [](const record::Frame&) { QFAIL("what is known was sampled again"); };
        const auto run = run::startRun(factory, plan, start);
        const std::vector<float> expected = statesOf(*run);
        const Outcome outcome =
            m_cli.run({"sample", "--recipe", QString::fromStdString(text), "--tensors",
                       m_cli.file("branch.safetensors"), "--frames", "--out", m_cli.file("branch.png")});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        const auto states = [this](const std::string& name) {
            const auto xt = model::readSafetensors(m_cli.path(name)).tensors.at("x_t").contiguous();
            return std::vector<float>(xt.data_ptr<float>(), xt.data_ptr<float>() + xt.numel());
        };
        QVERIFY(states("branch.safetensors") == expected);
        // The recipe beside the output, and the one in the picture, say where it branches.
        QCOMPARE(m_cli.read("branch.recipe.json"), text);
        const Outcome again = m_cli.run({"sample", "--recipe", m_cli.file("branch.png"), "--tensors",
                                         m_cli.file("again.safetensors"), "--frames"});
        QVERIFY2(again.exitCode == 0, qPrintable(again.errors));
        QVERIFY(states("again.safetensors") == expected);
        // Flags go on top of the branch's own recipe: what comes before it stays.
        const Outcome other =
            m_cli.run({"sample", "--recipe", m_cli.file("branch.recipe.json"), "--seed", "9", "--sampler",
                       "euler_a", "--tensors", m_cli.file("again.safetensors"), "--frames"});
        QVERIFY2(other.exitCode == 0, qPrintable(other.errors));
        const std::vector<float> changed = states("again.safetensors");
        const std::size_t before = trajectory->frames[0]->shape.values() * 6;
        QVERIFY(std::equal(changed.begin(), changed.begin() + std::ptrdiff_t(before), expected.begin()));
        QVERIFY(!std::equal(changed.begin(), changed.end(), expected.begin(), expected.end()));
        QVERIFY(recipe::planFromJson(m_cli.read("again.recipe.json")).from->run == above);
    }

    void aBranchIsExportedAndWhatCannotTakeItSaysSo()
    {
        m_cli.write("branch.json", recipe::toJson(branchOfABranch()));
        const Outcome table = m_cli.run({"export-run", "--recipe", m_cli.file("branch.json"), "--table",
                                         m_cli.file("branch.csv"), "--film-strip", m_cli.file("strip.png")});
        QVERIFY2(table.exitCode == 0, qPrintable(table.errors));
        const auto lines = QByteArray::fromStdString(m_cli.read("branch.csv")).split('\n');
        QVERIFY(lines.size() > 10);
        m_cli.run({"sample", "--recipe", m_cli.file("strip.png"), "--out", m_cli.file("strip-again.png")});
        QCOMPARE(m_cli.read("strip-again.recipe.json"), m_cli.read("branch.json"));
        const Outcome sheet = m_cli.run(
            {"sheet", "--recipe", m_cli.file("branch.json"), "--out", m_cli.file("branch-sheet.png")});
        QVERIFY(sheet.exitCode != 0);
        QVERIFY2(sheet.errors.contains("begins at frame 5 of another run"), qPrintable(sheet.errors));
        QCOMPARE(sheet.errors.trimmed().count('\n'), 0);
        recipe::RunPlan late = branchOfABranch();
        late.from = std::make_shared<const recipe::BranchPoint>(
            recipe::BranchPoint{.run = late.from->run, .frame = 40});
        const Outcome outcome = m_cli.run({"sample", "--recipe", QString::fromStdString(recipe::toJson(late)),
                                           "--out", m_cli.file("late.png")});
        QVERIFY(outcome.exitCode != 0 && !QFile::exists(m_cli.file("late.png")));
        QVERIFY2(outcome.errors.contains("begins at frame 40, but the run that it leaves ends at frame 8"),
                 qPrintable(outcome.errors));
    }

    void everyFlagReachesTheRecipe()
    {
        const Outcome outcome = m_cli.run({"sample",
                                           "--model",
                                           "tiny",
                                           "--class",
                                           "0-1",
                                           "--count",
                                           "3",
                                           "--schedule",
                                           "linear:beta_end=0.03",
                                           "--schedule-option",
                                           "levels=200",
                                           "--grid",
                                           "trailing",
                                           "--grid-option",
                                           "fractional=on",
                                           "--sampler",
                                           "PLMS",
                                           "--steps",
                                           "6",
                                           "--guidance",
                                           "0.5",
                                           "--guidance-rule",
                                           "cfg++:negative_class=2",
                                           "--clipping",
                                           "clamp",
                                           "--clipping-option",
                                           "limit=2",
                                           "--seed",
                                           "18446744073709551615",
                                           "--device",
                                           "cpu",
                                           "--threads",
                                           "1",
                                           "--out",
                                           m_cli.file("all.png")});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.errors));
        recipe::Recipe expected;
        expected.model = "tiny";
        expected.condition.classes = {0, 1};
        expected.schedule = schedule::ScheduleSpec{"linear", {{"beta_end", 0.03}, {"levels", 200.0}}};
        expected.grid = {"trailing", {{"fractional", true}}};
        expected.steps = 6;
        expected.sampler = {"pndm", {{"warm_up", std::string("plms")}}};
        expected.guidance = {.rule = "cfg_plus_plus", .scale = 0.5, .options = {{"negative_class", 2.0}}};
        expected.clipping = {.rule = "fixed", .options = {{"limit", 2.0}}};
        expected.seed = 18446744073709551615U;
        expected.batch = 3;
        QCOMPARE(m_cli.read("all.recipe.json"), recipe::toJson(expected));
    }

    void theScheduleOfARecipeCanBeGivenUpForTheModelsOwn()
    {
        const QByteArray recipe =
            R"({"version": 1, "model": "tiny", "batch": 1, "steps": 3, "schedule": {"family": "cosine"},
                "condition": {"classes": [0]}})";
        const QStringList flags{"sample", "--recipe", "-", "--out", m_cli.file("own.png")};
        QCOMPARE(m_cli.run(flags, recipe).exitCode, 0);
        QVERIFY(recipe::recipeFromJson(m_cli.read("own.recipe.json")).schedule.has_value());
        QCOMPARE(m_cli.run(flags + QStringList{"--schedule", "model"}, recipe).exitCode, 0);
        QVERIFY(!recipe::recipeFromJson(m_cli.read("own.recipe.json")).schedule);
    }

    void badInputIsOneSentenceThatNamesTheOptionAndItsRange_data()
    {
        QTest::addColumn<QStringList>("flags");
        QTest::addColumn<QStringList>("parts");
        const auto row = [](const char* name, const QStringList& flags, const QStringList& parts) {
            QTest::newRow(name) << flags << parts;
        };
        row("order above steps", {"--sampler", "deis:order=3", "--steps", "2"}, {"\"order\"", "from 1 to 2"});
        row("steps below order", {"--sampler", "dpmpp-3m", "--steps", "2"}, {"\"steps\"", "at least 3"});
        row("order", {"--sampler", "unipc:order=4"}, {"\"order\"", "from 1 to 3"});
        row("zero terminal SNR", {"--schedule", "linear:terminal_snr=zero", "--grid", "trailing"},
            {"zero terminal SNR", "tiny", "v or x0"});
        row("sigmas repeat", {"--grid", "sigmas:values=5, 3, 3"}, {"\"values\"", "no number twice"});
        row("sigmas rise", {"--grid", "sigmas:values=5, 3, 4"}, {"\"values\"", "noisiest to the cleanest"});
        row("no sigmas", {"--grid", "sigmas:values="}, {"\"values\"", "is empty"});
        row("guidance interval", {"--guidance-rule", "cfg:start=0.6,end=0.4"}, {"\"start\"", "from 0 to 1"});
        row("churn interval", {"--sampler", "euler:churn=1,churn_from=3,churn_to=2"},
            {"\"churn_from\"", "\"churn_to\""});
        row("restart interval", {"--sampler", "restart:restart_at=0.5,restart_from=0.3"},
            {"\"restart_at\"", "below \"restart_from\""});
        row("sigma interval", {"--grid", "karras:sigma_min=3,sigma_max=2"},
            {"\"sigma_max\"", "\"sigma_min\""});
        row("churn", {"--sampler", "heun:churn=-1"}, {"\"churn\"", "from 0 to 1000"});
        row("eta", {"--sampler", "ddim:eta=1.5"}, {"\"eta\"", "from 0 to 1"});
        row("eta nan", {"--sampler-option", "eta=nan"}, {"\"eta\"", "from 0 to 1"});
        row("eta text", {"--sampler-option", "eta=much"}, {"\"eta\"", "from 0 to 1"});
        row("tolerance 0", {"--sampler", "rk45:rtol=0"}, {"\"rtol\"", "from 1e-10 to 1"});
        row("tolerance 0 adaptive", {"--sampler", "dpm_adaptive:atol=0"}, {"\"atol\"", "from 1e-06 to 1"});
        row("guidance nan", {"--guidance", "nan"}, {"guidance scale", "from -20 to 50"});
        row("guidance too large", {"--guidance", "51"}, {"guidance scale", "-20 to 50"});
        row("rescale", {"--guidance-rule", "cfg:rescale=2"}, {"\"rescale\"", "from 0 to 1"});
        row("class", {"--class", "3"}, {"--class", "from 0 to 2"});
        row("negative class", {"--guidance-rule", "cfg:negative_class=3"}, {"negative class", "from 0 to 2"});
        row("percentile", {"--clipping", "dynamic:percentile=2"}, {"\"percentile\"", "from 0.5 to 1"});
        row("beta", {"--schedule", "linear:beta_start=2"}, {"\"beta_start\"", "to 0.999"});
        row("choice", {"--sampler", "dpmpp-2m:solver_type=heum"}, {"\"solver_type\"", "midpoint, heun"});
        row("toggle", {"--grid", "trailing:fractional=maybe"}, {"\"fractional\"", "true or false"});
        row("steps", {"--steps", "0"}, {"\"steps\"", "from 1 to"});
        row("steps text", {"--steps", "many"}, {"--steps", "from 1 up"});
        row("count", {"--count", "0"}, {"--count", "1", "4096"});
        row("seed", {"--seed", "-1"}, {"--seed", "from 0 to 18446744073709551615"});
        row("guidance text", {"--guidance", "much"}, {"--guidance", "from -20 to 50"});
        row("device", {"--device", "abacus"}, {"abacus", "auto, cpu and cuda"});
        row("unknown sampler", {"--sampler", "dpmp-2m"}, {"did you mean dpmpp_2m?"});
        row("unknown option", {"--sampler", "ddim:etta=1"}, {"etta", "did you mean eta?"});
        row("unknown guidance", {"--guidance-rule", "cgf"}, {"did you mean cfg?"});
        row("option of nothing", {"--schedule-option", "levels=5"}, {"--schedule"});
        row("unknown flag", {"--stepz", "5"}, {"--stepz"});
        row("no recipe", {"--recipe", "/nowhere.json"}, {"/nowhere.json"});
    }
    void badInputIsOneSentenceThatNamesTheOptionAndItsRange()
    {
        QFETCH(QStringList, flags);
        QFETCH(QStringList, parts);
        const Outcome outcome = m_cli.run(sample(QStringList{"--out", m_cli.file("bad.png")} + flags));
        QVERIFY(outcome.exitCode != 0);
        for (const auto& part : parts)
            QVERIFY2(outcome.errors.contains(part), qPrintable(outcome.errors));
        QCOMPARE(outcome.errors.trimmed().count('\n'), 0);
        QVERIFY(outcome.output.isEmpty());
        QVERIFY(!QFile::exists(m_cli.file("bad.png")) && !QFile::exists(m_cli.file("bad.recipe.json")));
    }

    void aBrokenRecipeIsRefusedByItsFileAndKey()
    {
        m_cli.write("broken.json", R"({"version": 1, "model": "tiny", "steps": "many"})");
        const Outcome outcome =
            m_cli.run({"sample", "--recipe", m_cli.file("broken.json"), "--out", m_cli.file("bad.png")});
        QVERIFY(outcome.exitCode != 0);
        QVERIFY(outcome.errors.contains("broken.json") && outcome.errors.contains("recipe.steps"));
        m_cli.write("broken.json", R"({"version": 1, "model": "tiny", "sampler": {"id": "dimm"}})");
        QVERIFY(m_cli.run({"sample", "--recipe", m_cli.file("broken.json"), "--out", m_cli.file("bad.png")})
                    .errors.contains("did you mean ddim?"));
    }

    void aSheetHasARowForEachSamplerAndAColumnForEachNumberOfSteps()
    {
        const auto sheet = [this](const QStringList& more) {
            const Outcome outcome =
                m_cli.run(QStringList{"sheet", "--model", "tiny", "--out", m_cli.file("sheet.png")} + more);
            return outcome.exitCode == 0 ? pngSize(m_cli.read("sheet.png")) : QSize();
        };
        const QSize one = sheet({"--samplers", "ddim", "--steps", "3"});
        QVERIFY(!one.isEmpty());
        const QSize three =
            sheet({"--samplers", "ddim", "--samplers", "ddim:eta=1", "--samplers", "ddpm", "--steps", "3,5"});
        QVERIFY(three.height() > one.height() && three.width() >= one.width());
        QVERIFY(sheet({"--samplers", "ddim", "--steps", "3,4,5,6,7,8,9"}).width() > three.width());
        QVERIFY(QFile::exists(m_cli.file("sheet.recipe.json")));
    }

    void aCellThatCannotBeIsNamedAndTheOthersAreDrawn()
    {
        const Outcome outcome = m_cli.run({"sheet", "--model", "tiny", "--samplers", "pndm", "--samplers",
                                           "ddim", "--steps", "3,4", "--out", m_cli.file("partly.png")});
        QVERIFY(outcome.exitCode != 0);
        QVERIFY(outcome.errors.contains("pndm, 3 steps") && outcome.errors.contains("at least 4"));
        QVERIFY(!pngSize(m_cli.read("partly.png")).isEmpty());
        QVERIFY(m_cli.run({"sheet", "--model", "tiny", "--steps", "0", "--out", m_cli.file("x.png")})
                    .errors.contains("from 1 to 1000"));
    }

    void aPromptIsHeededAndKeptInTheRecipe()
    {
        const Outcome first = portraits({"--prompt", "red hair, a beard", "--negative", "a hat", "--tensors",
                                         m_cli.file("prompt.safetensors")});
        QVERIFY2(first.exitCode == 0, qPrintable(first.errors));
        const auto recipe = recipe::recipeFromJson(m_cli.read("prompt.recipe.json"));
        QVERIFY(recipe.condition == recipe::Condition::prompt("red hair, a beard", "a hat"));
        const Outcome again = m_cli.run({"sample", "--recipe", m_cli.file("prompt.recipe.json"), "--tensors",
                                         m_cli.file("again.safetensors")});
        QVERIFY2(again.exitCode == 0, qPrintable(again.errors));
        const auto images = [this](const std::string& name) {
            return model::readSafetensors(m_cli.path(name)).tensors.at("images");
        };
        QVERIFY(images("prompt.safetensors").equal(images("again.safetensors")));
        portraits({"--prompt", "blue hair, a beard", "--tensors", m_cli.file("again.safetensors")});
        QVERIFY(!images("prompt.safetensors").equal(images("again.safetensors")));
        const Outcome sheet = m_cli.run({"sheet", "--model", avatar(), "--prompt", "red hair", "--samplers",
                                         "ddim", "--steps", "2", "--out", m_cli.file("words.png")});
        QVERIFY2(sheet.exitCode == 0 && !pngSize(m_cli.read("words.png")).isEmpty(),
                 qPrintable(sheet.errors));
    }

    void aPromptThatCannotBeReadIsRefusedInWords()
    {
        const auto refusal = [this](const QStringList& more) {
            const Outcome outcome = portraits(more + QStringList{"--out", m_cli.file("no.png")});
            return outcome.exitCode == 1 ? outcome.errors : "accepted: " + outcome.errors;
        };
        QVERIFY(refusal({"--prompt", "grean hair"})
                    .contains("does not know the word \"grean\". Did you mean \"green\""));
        QVERIFY(refusal({"--prompt", QString(10'000, 'x')}).contains("has 10000 characters; at most 1000"));
        QVERIFY(refusal({"--prompt", "red\x1bhair"}).contains("control character at place 4"));
        QVERIFY(refusal({"--prompt", QString("red ").repeated(30)})
                    .contains("has 30 words; the model reads at most"));
        QVERIFY(refusal({"--class", "3"}).contains("knows no classes; it reads a prompt"));
        const Outcome tiny =
            m_cli.run({"sample", "--model", "tiny", "--prompt", "red", "--out", m_cli.file("no.png")});
        QVERIFY(tiny.exitCode == 1 && tiny.errors.contains("reads no prompt; it knows classes"));
        QVERIFY(!QFile::exists(m_cli.file("no.png")));
        const Outcome empty = portraits({"--prompt", "", "--out", m_cli.file("empty.png")});
        QVERIFY2(empty.exitCode == 0 && empty.errors.contains("unconditional"), qPrintable(empty.errors));
    }

private:
    static QString avatar() { return QStringLiteral(DIFFUSCOPE_SOURCE_DIR "/models/avatar"); }
    Outcome portraits(const QStringList& more) const
    {
        return m_cli.run(QStringList{"sample", "--model", avatar(), "--steps", "3", "--count", "2"} + more);
    }

    static QStringList sample(const QStringList& more)
    {
        const QStringList defaults{"sample", "--model", "tiny"};
        const QStringList steps = more.contains("--steps") ? QStringList{} : QStringList{"--steps", "4"};
        const QStringList count = more.contains("--count") ? QStringList{} : QStringList{"--count", "2"};
        return defaults + steps + count + more;
    }

    test::CliFixture m_cli;
};

QTEST_GUILESS_MAIN(CliRecipesTest)
#include "cli_recipes_test.moc"
