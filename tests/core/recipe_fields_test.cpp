// SPDX-License-Identifier: GPL-3.0-or-later
// The one list of a recipe's fields, and the start and measurement in its JSON.
#include "core/base/error.h"
#include "core/recipe/recipe_fields.h"

#include <QTest>

using namespace diffuscope;
using recipe::Recipe;

class RecipeFieldsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatDiffersIsNamedByItsPath()
    {
        Recipe a, b;
        b.steps = 40;
        b.guidance.scale = 3;
        b.sampler.options["eta"] = 0.5;
        const std::vector<std::string> expected{"steps", "guidance.scale", "sampler.options.eta"};
        std::vector<std::string> found = recipe::differingFields(a, b);
        std::sort(found.begin(), found.end());
        std::vector<std::string> sorted = expected;
        std::sort(sorted.begin(), sorted.end());
        QCOMPARE(found, sorted);
        QVERIFY(recipe::differingFields(a, a).empty());
    }

    void theOptionsOfAnotherChoiceAreNotListedBesideIt()
    {
        Recipe a, b;
        b.sampler = {"euler", {{"churn", 1.0}}};
        QCOMPARE(recipe::differingFields(a, b), std::vector<std::string>{"sampler"});
    }

    void everyFieldThatTellsRecipesApartIsListed()
    {
        std::vector<std::function<void(Recipe&)>> edits{
            [](Recipe& r) { r.model = "other"; },
            [](Recipe& r) { r.condition.classes = {1}; },
            [](Recipe& r) { r.condition.text.prompt = "a"; },
            [](Recipe& r) { r.condition.text.negative = "a"; },
            [](Recipe& r) { r.condition.text.second = "a"; },
            [](Recipe& r) { r.condition.text.blend = 0.5; },
            [](Recipe& r) {
                r.schedule = schedule::ScheduleSpec{"cosine", {}};
            },
            [](Recipe& r) { r.grid.rule = "karras"; },
            [](Recipe& r) { r.steps = 3; },
            [](Recipe& r) { r.sampler.id = "ddpm"; },
            [](Recipe& r) { r.guidance.rule = "apg"; },
            [](Recipe& r) { r.guidance.scale = 9; },
            [](Recipe& r) { r.clipping.rule = "none"; },
            [](Recipe& r) { r.start.kind = recipe::StartKind::picture; },
            [](Recipe& r) { r.start.picture = "ab"; },
            [](Recipe& r) { r.start.strength = 0.5; },
            [](Recipe& r) { r.start.inversion = "exact"; },
            [](Recipe& r) { r.measurement.kind = "mask"; },
            [](Recipe& r) { r.measurement.known = "ab"; },
            [](Recipe& r) { r.measurement.mask = "ab"; },
            [](Recipe& r) { r.measurement.method = "dps"; },
            [](Recipe& r) { r.measurement.options["sigma"] = 1.0; },
            [](Recipe& r) { r.network.without = {"skip:1"}; },
            [](Recipe& r) { r.network.timeOffset = 5; },
            [](Recipe& r) { r.network.frozenTime = 5; },
            [](Recipe& r) { r.seed = 9; },
            [](Recipe& r) { r.batch = 9; },
        };
        for (const auto& edit : edits) {
            Recipe edited;
            edit(edited);
            QVERIFY(!(edited == Recipe{}));
            QCOMPARE(recipe::differingFields(Recipe{}, edited).size(), std::size_t(1));
        }
    }

    void aStartAndAMeasurementSurviveTheirJson()
    {
        Recipe recipe;
        const std::string hash(64, 'a'), mask(64, 'b');
        recipe.start = {recipe::StartKind::picture, hash, 0.6, "ddim"};
        recipe.measurement = {"mask", hash, mask, "repaint", {{"jump", 10.0}}};
        QVERIFY(recipe::recipeFromJson(recipe::toJson(recipe)) == recipe);
        const std::vector<std::string> expected{hash, mask};
        QCOMPARE(recipe::picturesOf(recipe), expected);
    }

    void aRecipeWithoutThemIsWrittenAsItAlwaysWas()
    {
        const std::string text = recipe::toJson(Recipe{});
        QVERIFY(text.find("start") == std::string::npos);
        QVERIFY(text.find("measurement") == std::string::npos);
        QVERIFY(text.find("network") == std::string::npos);
    }

    void switchesSurviveTheirJson()
    {
        Recipe recipe;
        recipe.network.set("skip:1", true);
        recipe.network.set("attention:7", true);
        recipe.network.set("skip:1", true);
        QVERIFY(recipe.network.leavesOut("attention:7") && !recipe.network.leavesOut("skip:2"));
        QCOMPARE(recipe.network.without.size(), std::size_t(2));
        recipe.network.timeOffset = -12.5;
        recipe.network.frozenTime = 0;
        QVERIFY(recipe::recipeFromJson(recipe::toJson(recipe)) == recipe);
        recipe.network.set("skip:1", false);
        QCOMPARE(recipe.network.without, std::vector<std::string>{"attention:7"});
    }

    void switchesThatNoNetworkHasAreRefused()
    {
        for (const char* network :
             {R"({"without":"skip:1"})", R"({"without":["<b>"]})", R"({"without":[""]})",
              R"({"time_offset":1e9})", R"({"frozen_time":-1})", R"({"exec":"x"})"}) {
            const std::string text = std::string(R"({"version":1,"network":)") + network + "}";
            QVERIFY_EXCEPTION_THROWN(recipe::recipeFromJson(text), Error);
        }
    }

    void whatIsNoHashIsRefused()
    {
        for (const char* start :
             {R"({"kind":"picture","picture":"../../etc/passwd"})", R"({"kind":"picture"})",
              R"({"kind":"elsewhere"})", R"({"kind":"noise","strength":2})"}) {
            const std::string text = std::string(R"({"version":1,"start":)") + start + "}";
            QVERIFY_EXCEPTION_THROWN(recipe::recipeFromJson(text), Error);
        }
    }
};

QTEST_GUILESS_MAIN(RecipeFieldsTest)
#include "recipe_fields_test.moc"
