// SPDX-License-Identifier: GPL-3.0-or-later
// Recipes as JSON: what is written reads back identically, and everything else is refused by its path.

#include "core/recipe/run_plan.h"
#include "tests/core/refusal.h"

#include <QTest>

#include <cmath>
#include <cstring>
#include <limits>
#include <locale>

using namespace diffuscope;
using recipe::planFromJson;
using recipe::Recipe;
using recipe::recipeFromJson;
using recipe::RunPlan;
using recipe::toJson;

namespace {

Recipe fullRecipe()
{
    Recipe recipe;
    recipe.model = "fashion-mnist";
    recipe.condition.classes = {3, 1, 4};
    recipe.schedule =
        schedule::ScheduleSpec{"linear", {{"beta_end", 0.1 + 0.2}, {"terminal_snr", std::string("zero")}}};
    recipe.grid = {"leading", {{"offset", 1.0}, {"fractional", true}}};
    recipe.steps = 37;
    recipe.sampler = {"ddim", {{"eta", 1.0 / 3}, {"variance", std::string("small \"quoted\" ᾱ")}}};
    recipe.guidance = {.rule = "cfg", .scale = 7.5, .options = {{"phi", 0.7}}};
    recipe.clipping = {.rule = "dynamic", .options = {{"percentile", 0.995}}};
    recipe.seed = std::numeric_limits<std::uint64_t>::max();
    recipe.batch = 64;
    return recipe;
}

/// The default recipe's text with the value of a top-level key replaced.
std::string with(const std::string& key, const std::string& value)
{
    return "{\"version\": 1, \"" + key + "\": " + value + "}";
}

/// A run with so many others above it, each of another seed; each leaves its parent at frame `depth`.
RunPlan planBelow(int runs)
{
    RunPlan plan{fullRecipe(), {}};
    for (int depth = 1; depth <= runs; ++depth) {
        RunPlan branch{fullRecipe(), std::make_shared<const recipe::BranchPoint>(
                                         recipe::BranchPoint{.run = std::move(plan), .frame = depth})};
        branch.recipe.seed = std::uint64_t(depth);
        plan = std::move(branch);
    }
    return plan;
}

/// A branch's text, of which `from` is what is given.
std::string branchWith(const std::string& from)
{
    return with("from", from);
}

}  // namespace

class TestRecipe : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsWrittenReadsBackIdentically()
    {
        QVERIFY(recipeFromJson(toJson(Recipe{})) == Recipe{});
        QVERIFY(recipeFromJson(toJson(fullRecipe())) == fullRecipe());
        Recipe unconditional;
        unconditional.condition = recipe::Condition::none();
        QVERIFY(recipeFromJson(toJson(unconditional)) == unconditional);
    }

    void theSameRecipeGivesTheSameText()
    {
        const std::string text = toJson(fullRecipe());
        QCOMPARE(toJson(recipeFromJson(text)), text);
        QVERIFY(text.starts_with("{\n  \"version\": 1,\n  \"model\": \"fashion-mnist\","));
        QVERIFY(text.ends_with("}\n"));
    }

    void everyDoubleReadsBackToTheBit()
    {
        std::uint64_t state = 88172645463325252U;
        int compared = 0;
        while (compared < 5000) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            double value = 0;
            std::memcpy(&value, &state, sizeof value);
            if (!std::isfinite(value))
                continue;
            Recipe recipe;
            recipe.sampler.options["eta"] = value;
            recipe.seed = state;
            const Recipe back = recipeFromJson(toJson(recipe));
            QCOMPARE(back.seed, state);
            const double got = std::get<double>(back.sampler.options.at("eta"));
            QVERIFY2(std::memcmp(&got, &value, sizeof value) == 0, QByteArray::number(value, 'g', 17));
            ++compared;
        }
    }

    void absentKeysKeepTheirDefaults()
    {
        Recipe expected;
        expected.steps = 5;
        QVERIFY(recipeFromJson(with("steps", "5")) == expected);
        QVERIFY(recipeFromJson("{\"version\": 1}") == Recipe{});
        QVERIFY(!recipeFromJson(with("schedule", "null")).schedule);
    }

    void aWrongValueIsRefusedByItsPath_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("path");
        const auto row = [](const char* name, const std::string& text, const char* path) {
            QTest::newRow(name) << QString::fromStdString(text) << QString(path);
        };
        row("not an object", "[1]", "\"recipe\" is not a JSON object");
        row("no version", "{}", "recipe.version");
        row("version of another kind", "{\"version\": \"1\"}", "recipe.version");
        row("version from the future", "{\"version\": 3}", "recipe.version");
        row("unknown key", with("stepz", "5"), "\"recipe.stepz\" is a key that this program does not know");
        row("unknown key inside", with("grid", "{\"rule\": \"karras\", \"rho\": 7}"), "recipe.grid.rho");
        row("unknown key in guidance", with("guidance", "{\"w\": 7}"), "recipe.guidance.w");
        row("unknown key in condition", with("condition", "{\"class\": 7}"), "recipe.condition.class");
        row("model is a number", with("model", "7"), "recipe.model");
        row("model is empty", with("model", "\"\""), "recipe.model");
        row("model with a control character", with("model", "\"a\\u0000b\""), "recipe.model");
        row("model of 300 letters", with("model", "\"" + std::string(300, 'm') + "\""), "recipe.model");
        row("condition is a number", with("condition", "7"), "recipe.condition");
        row("classes are no list", with("condition", "{\"classes\": 7}"), "recipe.condition.classes");
        row("class below 0", with("condition", "{\"classes\": [1, -1]}"), "recipe.condition.classes");
        row("class is a half", with("condition", "{\"classes\": [0.5]}"), "recipe.condition.classes");
        row("class of 2^63", with("condition", "{\"classes\": [9223372036854775808]}"),
            "recipe.condition.classes");
        row("schedule is a text", with("schedule", "\"linear\""), "recipe.schedule");
        row("no such schedule", with("schedule", "{\"family\": \"linaer\"}"), "\"linaer\"");
        row("no such grid", with("grid", "{\"rule\": \"karas\"}"), "\"karas\"");
        row("grid option out of range", with("grid", "{\"rule\": \"karras\", \"options\": {\"rho\": -1}}"),
            "\"rho\"");
        row("schedule option of another kind",
            with("schedule", "{\"family\": \"linear\", \"options\": {\"levels\": \"many\"}}"), "\"levels\"");
        row("options are a list", with("sampler", "{\"id\": \"ddim\", \"options\": []}"),
            "recipe.sampler.options");
        row("option is null", with("sampler", "{\"options\": {\"eta\": null}}"),
            "recipe.sampler.options.eta");
        row("option is an object", with("clipping", "{\"options\": {\"a\": {}}}"),
            "recipe.clipping.options.a");
        row("steps is 0", with("steps", "0"), "\"recipe.steps\" is not a whole number from 1 to 10000");
        row("steps is negative", with("steps", "-1"), "recipe.steps");
        row("steps is a fraction", with("steps", "20.5"), "recipe.steps");
        row("steps is 2^64 - 1", with("steps", "18446744073709551615"), "recipe.steps");
        row("steps is a text", with("steps", "\"20\""), "recipe.steps");
        row("scale is a text", with("guidance", "{\"scale\": \"7\"}"), "recipe.guidance.scale");
        row("scale is huge", with("guidance", "{\"scale\": 1e300}"), "recipe.guidance.scale");
        row("scale is beyond a double", with("guidance", "{\"scale\": 1e999}"), "number too large");
        row("seed is negative", with("seed", "-1"), "recipe.seed");
        row("seed is a fraction", with("seed", "1.5"), "recipe.seed");
        row("seed is 2^64", with("seed", "18446744073709551616"), "recipe.seed");
        row("batch is 0", with("batch", "0"), "recipe.batch");
        row("batch is 100001", with("batch", "100001"), "recipe.batch");
        row("a key twice", "{\"version\": 1, \"seed\": 1, \"seed\": 2}", "\"seed\" twice");
        row("NaN", with("steps", "NaN"), "is not JSON at line 1, column");
        row("a comment", "{\n// note\n\"version\": 1}", "line 2, column 1");
        row("two documents", "{\"version\": 1}{}", "is not JSON");
        row("not UTF-8", with("model", "\"\xff\xfe\""), "is not JSON");
        row("empty", "", "is not JSON");
    }

    void aWrongValueIsRefusedByItsPath()
    {
        QFETCH(QString, text);
        QFETCH(QString, path);
        // "not UTF-8" cannot pass through a QString, which repairs it.
        std::string given = text.toStdString();
        if (QByteArray(QTest::currentDataTag()) == "not UTF-8")
            given = with("model", "\"\xff\xfe\"");
        REFUSES(recipeFromJson(given), path.toStdString());
    }

    void aPlanWithoutABranchIsWrittenAsItsRecipe()
    {
        QCOMPARE(toJson(RunPlan{fullRecipe(), {}}), toJson(fullRecipe()));
        QVERIFY(planFromJson(toJson(fullRecipe())) == (RunPlan{fullRecipe(), {}}));
        QVERIFY(planFromJson(with("from", "null")) == RunPlan{});
    }

    void aBranchReadsBackWithAllRunsAboveIt_data()
    {
        QTest::addColumn<int>("runs");
        for (const int runs : {1, 2, 8, 9, recipe::deepestBranch})
            QTest::addRow("%d", runs) << runs;
    }
    void aBranchReadsBackWithAllRunsAboveIt()
    {
        QFETCH(int, runs);
        const RunPlan plan = planBelow(runs);
        const std::string text = toJson(plan);
        const RunPlan back = planFromJson(text);
        QVERIFY(back == plan);
        QCOMPARE(back.from->frame, runs);
        QCOMPARE(toJson(back), text);
        RunPlan other = planBelow(runs);
        other.recipe.steps = 5;
        QVERIFY(back != other);
    }

    void aBranchThatIsNotWholeIsRefusedByItsPath_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("path");
        const QString run = "\"run\": {\"version\": 1";
        QTest::newRow("a number") << "3"
                                  << "recipe.from";
        QTest::newRow("no run") << "{\"frame\": 3}"
                                << "recipe.from.run";
        QTest::newRow("no frame") << "{" + run + "}}"
                                  << "recipe.from.frame";
        QTest::newRow("frame -1") << "{\"frame\": -1, " + run + "}}"
                                  << "recipe.from.frame";
        QTest::newRow("frame 1e9") << "{\"frame\": 1000000000, " + run + "}}"
                                   << "recipe.from.frame";
        QTest::newRow("another key") << "{\"frame\": 1, \"step\": 2, " + run + "}}"
                                     << "recipe.from.step";
        QTest::newRow("no version") << "{\"frame\": 1, \"run\": {}}"
                                    << "recipe.from.run.version";
        QTest::newRow("its recipe") << "{\"frame\": 1, " + run + ", \"steps\": 0}}"
                                    << "recipe.from.run.steps";
        QTest::newRow("its parent") << "{\"frame\": 1, " + run +
                                           ", \"from\": {\"frame\": 2, \"run\": {\"version\": 9}}}}"
                                    << "recipe(.from.run × 2).version";
    }
    void aBranchThatIsNotWholeIsRefusedByItsPath()
    {
        QFETCH(QString, from);
        QFETCH(QString, path);
        REFUSES(planFromJson(branchWith(from.toStdString())), "\"" + path.toStdString() + "\"");
    }

    void hostileBranchesAreRefused()
    {
        std::string deep;
        for (int i = 0; i < 10'000; ++i)
            deep += "{\"version\": 1, \"from\": {\"frame\": 1, \"run\": ";
        REFUSES(planFromJson(deep), "nested more than");
        std::string branches = "{\"version\": 1}";
        for (int i = 0; i <= recipe::deepestBranch; ++i)
            branches = "{\"version\": 1, \"from\": {\"frame\": 1, \"run\": " + branches + "}}";
        REFUSES(planFromJson(branches), "more than 200 runs above it");
        REFUSES(planFromJson(std::string(5 << 20, ' ')), "longer than 4 MiB");
        REFUSES(planFromJson(with("sampler", std::string(300, '[') + std::string(300, ']'))),
                "recipe.sampler");
        // What has no place for a branch says so.
        REFUSES(recipeFromJson(toJson(planBelow(1))), "of a branch");
    }

    void everyTruncationOfABranchIsRefusedAsSuch()
    {
        const std::string text = toJson(planBelow(2));
        for (std::size_t length = 0; length + 2 < text.size(); ++length)
            REFUSES(planFromJson(text.substr(0, length)), "is not JSON at line");
    }

    void everyChangedByteOfABranchIsReadOrRefusedButNothingElse()
    {
        const std::string text = toJson(planBelow(1));
        for (std::size_t i = 0; i < text.size(); ++i)
            for (const char byte : {'\0', '"', '{', '9', '-', '\x80'}) {
                std::string changed = text;
                changed[i] = byte;
                const std::string said = test::refusal([&] { (void)planFromJson(changed); });
                QVERIFY2(said != "nothing but another kind of error", changed.c_str());
            }
    }

    void aPlanTooLongToBeReadIsNotWritten()
    {
        RunPlan plan = planBelow(100);
        recipe::Recipe drawn = fullRecipe();
        drawn.schedule->options["points"] = std::string(60'000, '1');
        for (int i = 0; i < 90; ++i)
            plan = {drawn, std::make_shared<const recipe::BranchPoint>(recipe::BranchPoint{plan, 1})};
        REFUSES(toJson(plan), "longer than 4 MiB");
    }

    void hostileTextsAreRefused()
    {
        REFUSES(recipeFromJson(std::string(2 << 20, ' ')), "longer than 1 MiB");
        REFUSES(recipeFromJson(std::string(1 << 19, '[')), "nested more than");
        std::string deep;
        for (int i = 0; i < 100'000; ++i)
            deep += "{\"a\":";
        REFUSES(recipeFromJson(deep), "nested more than");
        std::string many = "{\"version\": 1, \"sampler\": {\"options\": {\"x\": 0";
        for (int i = 0; i < 1000; ++i)
            many += ", \"x" + std::to_string(i) + "\": 0";
        REFUSES(recipeFromJson(many + "}}}"), "recipe.sampler.options");
        std::string classes = "[0";
        for (int i = 0; i < recipe::mostSamples; ++i)
            classes += ",0";
        REFUSES(recipeFromJson(with("condition", "{\"classes\": " + classes + "]}")),
                "recipe.condition.classes");
        const std::string text = "\"" + std::string(100'000, 'x') + "\"";
        REFUSES(recipeFromJson(with("sampler", "{\"options\": {\"a\": " + text + "}}")), "64 KiB");
    }

    void everyTruncationIsRefusedAsSuch()
    {
        const std::string text = toJson(fullRecipe());
        for (std::size_t length = 0; length + 2 < text.size(); ++length)
            REFUSES(recipeFromJson(text.substr(0, length)), "is not JSON at line");
    }

    void everyChangedByteIsReadOrRefusedButNothingElse()
    {
        const std::string text = toJson(fullRecipe());
        for (std::size_t i = 0; i < text.size(); ++i)
            for (const char byte : {'\0', '"', '{', '9', '-', '\x80'}) {
                std::string changed = text;
                changed[i] = byte;
                const std::string said = test::refusal([&] { (void)recipeFromJson(changed); });
                QVERIFY2(said != "nothing but another kind of error", changed.c_str());
            }
    }

    /// In version 1 the eta of 2M SDE and 3M SDE was the root of what everyone calls eta.
    void anEtaOfVersionOneKeepsItsMeaning()
    {
        for (const char* id : {"dpmpp_2m_sde", "dpmpp_3m_sde"}) {
            Recipe recipe;
            recipe.sampler = {id, {{"eta", 0.5}}};
            const std::string text = toJson(recipe);
            QVERIFY2(text.find("\"version\": 2") != std::string::npos, text.c_str());
            QVERIFY(recipeFromJson(text) == recipe);
            std::string former = text;
            former.replace(former.find("\"version\": 2"), 12, "\"version\": 1");
            QCOMPARE(std::get<double>(recipeFromJson(former).sampler.options.at("eta")), 0.25);
        }
        // Where both meanings agree, and for every other sampler, version 1 is written as before.
        for (const recipe::SamplerSpec& same : {recipe::SamplerSpec{"dpmpp_2m_sde", {{"eta", 1.0}}},
                                                recipe::SamplerSpec{"ddim", {{"eta", 0.5}}}}) {
            Recipe recipe;
            recipe.sampler = same;
            QVERIFY(toJson(recipe).find("\"version\": 1") != std::string::npos);
        }
    }

    void aNumberThatIsNotFiniteIsNotWritten()
    {
        Recipe recipe;
        recipe.guidance.scale = std::nan("");
        REFUSES(toJson(recipe), "recipe.guidance.scale");
        recipe = Recipe{};
        recipe.sampler.options["eta"] = std::numeric_limits<double>::infinity();
        REFUSES(toJson(recipe), "recipe.sampler.options.eta");
        recipe = Recipe{};
        recipe.model = "\xff";
        REFUSES(toJson(recipe), "UTF-8");
    }
};

QTEST_GUILESS_MAIN(TestRecipe)
#include "recipe_test.moc"
