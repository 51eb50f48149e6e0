// SPDX-License-Identifier: GPL-3.0-or-later
// Text-conditional networks: how prompts are read, what their words may and may not change, and what is
// refused.
#include "core/model/checkpoint.h"
#include "core/model/text/vocabulary.h"
#include "core/model/unet/parallel_forward.h"
#include "core/run/model_run_factory.h"
#include "core/run/run_texts.h"
#include "tests/core/file_fixture.h"
#include "tests/support/loaded_unet.h"

#include <nlohmann/json.hpp>
#include <QtTest>

using namespace diffuscope;
using diffuscope::test::refusalOf;

namespace {

const std::vector<std::string> words = {"a", "and", "blue", "green", "hair", "hat", "person", "red", "with"};

model::UNetConfig textConfig()
{
    model::UNetConfig config;
    config.imageChannels = 3;
    config.imageHeight = config.imageWidth = 8;
    config.patch = 1;
    config.baseChannels = 16;
    config.multipliers = {1, 2};
    config.attentionHeads = 4;
    config.normalizationGroups = 4;
    config.blocksPerLevel = 1;
    config.classes = 0;
    config.embeddingWidth = 16;
    config.text = {
        .words = int(words.size()), .width = 16, .layers = 2, .heads = 2, .mostWords = 8, .levels = {0, 1}};
    return config;
}

/// Random everywhere, also where a new network has zeros.
model::UNet randomTextNet(const model::UNetConfig& config = textConfig())
{
    torch::manual_seed(5);
    model::UNet net(config);
    torch::NoGradGuard noGrad;
    for (auto& parameter : net->parameters())
        parameter.normal_(0.0, 0.15);
    net->eval();
    return net;
}

model::ModelCard textCard()
{
    model::ModelCard card;
    card.name = "portraits";
    card.title = "Portraits";
    model::describeUNet(card, textConfig());
    card.target = "v";
    card.schedule = {"cosine", {{"levels", 100.0}}};
    card.vocabulary = words;
    card.textQuality = model::TextQuality{.images = 20,
                                          .heldOutImages = 5,
                                          .sampler = "ddim",
                                          .steps = 25,
                                          .guidance = {1, 3},
                                          .attributes = {{"hair", 0.98, {0.7, 0.9}}},
                                          .heldOutClassifierAccuracy = 0.9,
                                          .heldOutAgreement = {0.5, 0.8}};
    return card;
}

double largestDifference(const torch::Tensor& a, const torch::Tensor& b)
{
    return (a - b).abs().max().item<double>();
}

model::TextContext contextOf(model::UNet& net, const std::vector<std::string>& prompts)
{
    const model::Vocabulary vocabulary(words);
    std::vector<std::vector<int64_t>> ids;
    for (const std::string& prompt : prompts)
        ids.push_back(vocabulary.read(prompt, 8));
    return net->encode(model::tokenBatch(ids));
}

recipe::Recipe recipeOf(const std::string& prompt, const std::string& negative = {}, double scale = 3)
{
    recipe::Recipe recipe;
    recipe.model = "portraits";
    recipe.condition = recipe::Condition::prompt(prompt, negative);
    recipe.guidance.scale = scale;
    recipe.steps = 4;
    recipe.batch = 3;
    return recipe;
}

}  // namespace

class TextNetworkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        at::set_num_threads(1);
        model::saveModel(m_files.path("portraits"), textCard(), *randomTextNet());
    }

    void aPromptIsReadAsItsWordsWhateverStandsBetweenThem()
    {
        const model::Vocabulary vocabulary(words);
        const auto plain = vocabulary.read("red hair and a hat", 8);
        QCOMPARE(int(plain.size()), 5);
        QVERIFY(vocabulary.read("  Red HAIR,and\n\ta hat!! ", 8) == plain);
        QVERIFY(vocabulary.read(" ,\n ", 8).empty());
        const auto split = vocabulary.split("Red, dragon");
        QVERIFY(split[1] == (model::PromptWord{"dragon", 5, 6, -1}) && split[0].isKnown());
        QVERIFY(vocabulary.completions("ha") == (std::vector<std::string>{"hair", "hat"}));
        QVERIFY(model::Vocabulary::ofTexts({"red hair, a hat", "A person"}).words() ==
                (std::vector<std::string>{"a", "hair", "hat", "person", "red"}));
    }

    void whatCannotBeReadIsSaidByName()
    {
        const model::Vocabulary vocabulary(words);
        const auto refusal = [&](const std::string& prompt) {
            return refusalOf([&] { vocabulary.read(prompt, 8); });
        };
        QVERIFY2(refusal("red hiar").contains("\"hiar\"") && refusal("red hiar").contains("\"hair\""),
                 qPrintable(refusal("red hiar")));
        QVERIFY2(refusal("red hair with dragons").contains("\"dragons\". It knows: a and blue"),
                 qPrintable(refusal("red hair with dragons")));
        QVERIFY(refusal("red red red red red red red red red")
                    .contains("has 9 words; the model reads at most 8"));
        QVERIFY(refusal(std::string(10'000, 'x')).contains("has 10000 characters; at most 1000"));
        QVERIFY(refusal(std::string("red\0hair", 8)).contains("control character at place 4"));
        QVERIFY(refusal("red\x1b[31m").contains("control character at place 4"));
        QVERIFY(refusal("\xff\xfe\x80").contains("does not know the word"));
        QVERIFY(refusal(std::string(999, 'x')).contains("does not know the word"));
    }

    void vocabulariesThatCannotBeMeantAreRefused()
    {
        const auto refuses = [](const std::vector<std::string>& list) {
            try {
                const model::Vocabulary vocabulary(list);
            } catch (const std::invalid_argument&) {
                return true;
            }
            return false;
        };
        QVERIFY(refuses({"red", "red"}) && refuses({"Red"}) && refuses({""}) && refuses({"red hair"}) &&
                refuses({std::string(41, 'a')}));
        QVERIFY(!refuses({"red", "hair"}));
        QVERIFY(model::Vocabulary({"a", "b"}).fingerprint() != model::Vocabulary({"b", "a"}).fingerprint());
        QVERIFY(model::Vocabulary({"ab", "c"}).fingerprint() != model::Vocabulary({"a", "bc"}).fingerprint());
    }

    void thePaddingOfAPromptChangesNothing()
    {
        torch::NoGradGuard noGrad;
        auto net = randomTextNet();
        const auto alone = contextOf(net, {"red hair"});
        const auto padded = contextOf(net, {"a person with green hair", "red hair"});
        QCOMPARE(alone.bias.size(1), 3);
        QVERIFY(largestDifference(alone.states[0], padded.states[1].slice(0, 0, 3)) < 1e-5);
        const auto x = torch::randn({1, 3, 8, 8});
        const auto t = torch::full({1}, 30.0);
        const auto none = torch::zeros({1}, torch::kInt64);
        const auto one = net(x, t, none, alone), other = net(x, t, none, padded.slice(1, 2));
        QVERIFY(largestDifference(one, other) < 1e-5);
        // What stands at padded places is never looked at.
        auto changed = padded.slice(1, 2);
        changed.states = changed.states.clone();
        changed.states.slice(1, 3).fill_(50.0);
        QVERIFY(net(x, t, none, changed).equal(other));
    }

    void everyWordAndItsPlaceMatter()
    {
        torch::NoGradGuard noGrad;
        auto net = randomTextNet();
        const auto x = torch::randn({1, 3, 8, 8});
        const auto said = [&](const std::string& prompt) {
            return net(x, torch::full({1}, 30.0), torch::zeros({1}, torch::kInt64), contextOf(net, {prompt}));
        };
        const auto base = said("red hair and blue hat");
        for (const std::string other :
             {"blue hair and red hat", "red hair and blue", "green hair and blue hat", ""})
            QVERIFY2(largestDifference(base, said(other)) > 1e-4, other.c_str());
    }

    void aBlendBeginsWithOnePromptAndEndsWithTheOther()
    {
        torch::NoGradGuard noGrad;
        auto net = randomTextNet();
        const auto first = contextOf(net, {"red hair"}), second = contextOf(net, {"a person with blue hat"});
        const auto x = torch::randn({1, 3, 8, 8});
        const auto at = [&](double share) {
            return net(x, torch::full({1}, 30.0), torch::zeros({1}, torch::kInt64),
                       model::blended(first, second, share));
        };
        QVERIFY(largestDifference(at(0), at(1e-7)) < 1e-4);
        QVERIFY(largestDifference(at(1), at(1 - 1e-7)) < 1e-4);
        const double whole = largestDifference(at(0), at(1)), step = largestDifference(at(0.5), at(0.51));
        QVERIFY2(step > 0 && step < 0.2 * whole, qPrintable(QString("%1 of %2").arg(step).arg(whole)));
        // A prompt blended with itself is that prompt.
        QVERIFY(largestDifference(at(0), net(x, torch::full({1}, 30.0), torch::zeros({1}, torch::kInt64),
                                             model::blended(first, first, 0.3))) < 1e-5);
    }

    void thePlanSaysWhatTheModulesSay()
    {
        torch::NoGradGuard noGrad;
        auto net = randomTextNet();
        model::ParallelForward forward(net, 2);
        if (!forward.plan())
            QSKIP(forward.reasonForNoPlan().c_str());
        const auto x = torch::randn({5, 3, 8, 8});
        const auto t = torch::linspace(0, 99, 5);
        const auto none = torch::zeros({5}, torch::kInt64);
        std::vector<model::TextContext> single;
        for (const std::string prompt : {"red hair", "", "a person with blue hat and green hair", "hat", ""})
            single.push_back(contextOf(net, {prompt}));
        single[3] = model::blended(single[3], single[0], 0.4);
        const auto text = model::stacked(single);
        const auto planned = forward.forward(x, t, none, text);
        QVERIFY(largestDifference(planned, net(x, t, none, text)) < 1e-4);
        // An image's numbers depend on nothing else in the batch, to the last bit.
        for (int k = 0; k < 5; ++k) {
            const auto alone = forward.forward(x.slice(0, k, k + 1), t.slice(0, k, k + 1),
                                               none.slice(0, 0, 1), single[std::size_t(k)]);
            QVERIFY(alone.equal(planned.slice(0, k, k + 1)));
        }
        QVERIFY_THROWS_EXCEPTION(std::exception, forward.forward(x, t, none));
        QVERIFY_THROWS_EXCEPTION(std::exception, forward.forward(x, t, none, text.slice(0, 3)));
    }

    void attentionIsGivenWhereItIsAskedForAndChangesNothing()
    {
        torch::NoGradGuard noGrad;
        auto net = randomTextNet();
        const auto text = contextOf(net, {"red hair", "a person with blue hat"});
        const auto x = torch::randn({2, 3, 8, 8});
        const auto t = torch::full({2}, 10.0);
        const auto none = torch::zeros({2}, torch::kInt64);
        std::vector<model::CrossAttentionMap> maps;
        const auto watched = net(x, t, none, text, &maps);
        QVERIFY(watched.equal(net(x, t, none, text)));
        QCOMPARE(int(maps.size()), 5);  // down0_0, down1_0, middle0, up1_0, up0_0
        QCOMPARE(maps.front().layer, std::string("down0_0"));
        QCOMPARE(maps.front().height, 8);
        QCOMPARE(maps[2].layer, std::string("middle0"));
        QCOMPARE(maps[2].width, 4);
        for (const auto& map : maps) {
            QVERIFY(largestDifference(map.weights.sum(-1), torch::ones({2, 4, map.height * map.width})) <
                    1e-5);
            QCOMPARE(map.weights[0].slice(-1, 3).abs().max().item<double>(),
                     0.0);  // padding of the short one
        }
    }

    void aModelSurvivesItsFiles()
    {
        auto loaded = test::loadedUNet(m_files.path("portraits"));
        QVERIFY(model::readModelCard(m_files.path("portraits")) == textCard());
        torch::NoGradGuard noGrad;
        auto net = randomTextNet();
        const auto text = contextOf(net, {"red hair"});
        const auto x = torch::randn({1, 3, 8, 8});
        const auto none = torch::zeros({1}, torch::kInt64);
        QVERIFY(loaded(x, torch::ones({1}), none, contextOf(loaded, {"red hair"}))
                    .equal(net(x, torch::ones({1}), none, text)));
        QCOMPARE(net->parameterCount(), model::parameterCount(textConfig()));
    }

    void aVocabularyThatIsNotThatOfTheWeightsIsRefused()
    {
        const std::string folder = m_files.path("portraits");
        const auto original = nlohmann::json::parse(m_files.read("portraits/model.json"));
        const auto refusalWith = [&](const std::function<void(nlohmann::json&)>& change) {
            auto card = original;
            change(card);
            m_files.write("portraits/model.json", card.dump());
            const QString refusal = refusalOf([&] { model::loadModel(folder); });
            m_files.write("portraits/model.json", original.dump());
            return refusal;
        };
        const auto swapped =
            refusalWith([](auto& card) { std::swap(card["vocabulary"][0], card["vocabulary"][1]); });
        QVERIFY2(swapped.contains("trained with another vocabulary"), qPrintable(swapped));
        const auto longer = refusalWith([](auto& card) { card["vocabulary"].push_back("zebra"); });
        QVERIFY2(longer.contains("a vocabulary of 10 words for a network of 9"), qPrintable(longer));
        const auto twice = refusalWith([](auto& card) { card["vocabulary"][0] = "with"; });
        QVERIFY2(twice.contains("twice"), qPrintable(twice));
        const auto missing = refusalWith([](auto& card) { card.erase("vocabulary"); });
        QVERIFY2(missing.contains("a vocabulary of 0 words"), qPrintable(missing));
        const auto number = refusalWith([](auto& card) { card["vocabulary"][2] = 7; });
        QVERIFY2(number.contains("vocabulary"), qPrintable(number));
        const auto widened = refusalWith([](auto& card) { card["architecture"]["text"]["most_words"] = 9; });
        QVERIFY2(!widened.isEmpty(), "a network of another size");
        const auto levels = refusalWith([](auto& card) { card["architecture"]["text"]["levels"] = {0}; });
        QVERIFY2(levels.contains("must be among the text levels"), qPrintable(levels));
    }

    void aRunShowsItsPromptAndLeadsAwayFromTheNegativeOne()
    {
        const auto resultOf = [&](const recipe::Recipe& recipe) {
            return finished(recipe)->layer(record::Layer::xt);
        };
        const auto plain = resultOf(recipeOf("red hair"));
        QVERIFY(plain.values == resultOf(recipeOf("  RED, hair ")).values);
        QVERIFY(plain.values != resultOf(recipeOf("blue hair")).values);
        QVERIFY(plain.values != resultOf(recipeOf("red hair", "a hat")).values);
        // With scale 0 there is only what guidance leads away from; with 1 only the prompt.
        QVERIFY(resultOf(recipeOf("red hair", "a hat", 0)).values ==
                resultOf(recipeOf("a hat", "", 1)).values);
        QVERIFY(resultOf(recipeOf("red hair", "a hat", 1)).values ==
                resultOf(recipeOf("red hair", "", 1)).values);
        // A blank prompt is no prompt, and there is nothing to guide by; but a negative one is heeded.
        QVERIFY(resultOf(recipeOf("", "", 3)).values == resultOf(recipeOf(" , ", "", 1)).values);
        QVERIFY(resultOf(recipeOf("", "a hat", 3)).values != resultOf(recipeOf("", "", 3)).values);
        QVERIFY(finished(recipeOf("red hair"), 0)->isGuided() && !finished(recipeOf(""), 0)->isGuided());
    }

    void theNegativePromptTakesThePlaceOfTheUnconditionalPrediction()
    {
        const auto first = [&](recipe::Recipe recipe) {
            recipe.clipping.rule = "none";
            return finished(recipe, 0);
        };
        const auto guided = first(recipeOf("red hair", "a hat"));
        const auto negative = first(recipeOf("a hat", "", 1)), prompt = first(recipeOf("red hair", "", 1));
        const auto u = guided->layer(record::Layer::epsUnconditional).values;
        const auto c = guided->layer(record::Layer::epsConditional).values;
        const auto n = negative->layer(record::Layer::epsHat).values;
        const auto p = prompt->layer(record::Layer::epsHat).values;
        double differenceOfNegative = 0, differenceOfPrompt = 0, between = 0;
        for (std::size_t i = 0; i < u.size(); ++i) {
            differenceOfNegative = std::max(differenceOfNegative, double(std::abs(u[i] - n[i])));
            differenceOfPrompt = std::max(differenceOfPrompt, double(std::abs(c[i] - p[i])));
            between = std::max(between, double(std::abs(u[i] - c[i])));
        }
        QVERIFY2(differenceOfNegative < 0.02 * between && differenceOfPrompt < 0.02 * between,
                 qPrintable(
                     QString("%1 %2 of %3").arg(differenceOfNegative).arg(differenceOfPrompt).arg(between)));
    }

    void anImageDoesNotDependOnItsBatch()
    {
        auto many = recipeOf("red hair", "a hat"), one = many;
        one.batch = 1;
        const auto all = finished(many)->layer(record::Layer::xt, 0);
        const auto alone = finished(one)->layer(record::Layer::xt, 0);
        for (std::size_t i = 0; i < all.size(); ++i)
            QVERIFY(std::abs(all[i] - alone[i]) < 1e-4);
    }

    void attentionIsRecordedWhereItIsAskedForAndCanBeWorkedOutLater()
    {
        run::ModelRunFactory factory({m_files.folder()});
        const auto recipe = recipeOf("red hair and a hat");
        const auto quiet = factory.start(recipe);
        const auto without = quiet->advance({});
        QVERIFY(without->attention.empty());
        const auto run = factory.start(recipe);
        run->recordAttention(true);
        const auto frame = run->advance({});
        QVERIFY(frame->layer(record::Layer::x0Hat).values == without->layer(record::Layer::x0Hat).values);
        const record::TextAttention& attention = frame->attention;
        QVERIFY(attention.tokens == (std::vector<std::string>{"", "red", "hair", "and", "a", "hat"}));
        QCOMPARE(attention.batch, 3);
        QCOMPARE(int(attention.layers.size()), 5);
        const auto shares = attention.shares(2);
        QVERIFY(std::abs(std::accumulate(shares.begin(), shares.end(), 0.0) - 1) < 1e-3);
        QCOMPARE(int(attention.map(0, 1, 2).size()), 64);
        QCOMPARE(int(attention.meanMap(1, 2, 16, 16).size()), 256);
        const auto later = factory.open(recipe)->attention(*without);
        QVERIFY(later.tokens == attention.tokens && later.map(4, 2, 5) == attention.map(4, 2, 5));
        QVERIFY(frame->bytes() > without->bytes());
        QVERIFY(factory.open(recipeOf(""))->attention(*without).empty());
        run->recordAttention(false);
        QVERIFY(run->advance({})->attention.empty());
    }

    void guidanceIsRefusedThatCannotDoWhatTheTextsAsk()
    {
        auto recipe = recipeOf("red hair");
        recipe.guidance.rule = "perp_neg";
        QVERIFY(refusalOf([&] { finished(recipe); }).contains("needs a negative prompt"));
        recipe.condition.text.negative = "hat";
        finished(recipe);
        recipe.guidance.rule = "autoguidance";
        QVERIFY(refusalOf([&] { finished(recipe); }).contains("no place for a negative prompt"));
        recipe.condition.text.negative.clear();
        recipe.guidance.options = {{"weak_model", std::string("portraits")}};
        finished(recipe);
        recipe = recipeOf("red hair");
        recipe.condition.classes = {1};
        QVERIFY(refusalOf([&] { finished(recipe); }).contains("knows no classes; it reads a prompt"));
        recipe = recipeOf("red unicorn");
        QVERIFY(refusalOf([&] { finished(recipe); }).contains("\"unicorn\""));
        recipe = recipeOf("red hair");
        recipe.condition.text.second = "blue hair";
        recipe.condition.text.blend = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(refusalOf([&] { finished(recipe); }).contains("from 0 to 1"));
    }

    void whatIsRememberedOfOnePromptIsNotTakenForAnother()
    {
        run::ModelRunFactory factory({m_files.folder()});
        const auto first = [&](const std::string& prompt) {
            return factory.start(recipeOf(prompt))->advance({})->layer(record::Layer::x0Hat).values;
        };
        const auto red = first("red hair"), blue = first("blue hair");
        QVERIFY(red != blue);
        QVERIFY(red == first("red hair"));
    }

    void recipesKeepTheirTexts()
    {
        auto recipe = recipeOf("red \"hair\"\n", "a hat");
        recipe.condition.text.second = "blue hair";
        recipe.condition.text.blend = 0.25;
        QVERIFY(recipe::recipeFromJson(recipe::toJson(recipe)) == recipe);
        QVERIFY(recipe::toJson(recipe::Recipe{}).find("prompt") == std::string::npos);
        const auto read = recipe::recipeFromJson(R"({"version": 1, "condition": {"prompt": "red hair"}})");
        QVERIFY(read.condition == recipe::Condition::prompt("red hair"));
        const auto refusal = [](const std::string& condition) {
            return refusalOf(
                [&] { recipe::recipeFromJson("{\"version\": 1, \"condition\": " + condition + "}"); });
        };
        QVERIFY(refusal(R"({"prompt": 7})").contains("recipe.condition.prompt"));
        QVERIFY(refusal(R"({"blend": 1.5})").contains("recipe.condition.blend"));
        QVERIFY(refusal("{\"negative\": \"" + std::string(10'000, 'x') + "\"}")
                    .contains("recipe.condition.negative"));
    }

private:
    /// The result's frame, or that of a step.
    record::FramePtr finished(const recipe::Recipe& recipe, int step = -1)
    {
        run::ModelRunFactory factory({m_files.folder()});
        const auto run = factory.start(recipe);
        record::FramePtr last;
        while (const auto frame = run->advance({})) {
            last = frame;
            if (frame->index == step)
                break;
        }
        return last;
    }

    test::FileFixture m_files;
};

QTEST_GUILESS_MAIN(TextNetworkTest)
#include "text_network_test.moc"
