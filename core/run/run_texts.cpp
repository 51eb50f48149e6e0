// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/run_texts.h"

#include "core/base/error.h"
#include "core/denoise/rule_registry.h"
#include "core/recipe/guidance_spec.h"

#include <torch/types.h>

#include <algorithm>
#include <span>

namespace diffuscope::run {

namespace {

constexpr int promptNumber = 0;
constexpr int negativeNumber = 1;

recipe::Recipe withoutText(const model::ModelCard& card, const recipe::Recipe& recipe)
{
    const recipe::TextCondition& text = recipe.condition.text;
    if (!text.isNone() || !text.negative.empty())
        throw Error(ErrorCode::invalidOption,
                    "The model \"" + card.name + "\" reads no prompt" +
                        (card.classNames.empty() ? "." : "; it knows classes."),
                    card.classNames.empty() ? "Leave the prompt empty, or choose a model that reads text."
                                            : "Choose a class, or a model that reads text.");
    return recipe;
}

void checkThatThereAreNoClasses(const model::ModelCard& card, const recipe::Recipe& recipe)
{
    if (!recipe.condition.classes.empty())
        throw Error(ErrorCode::invalidOption,
                    "The model \"" + card.name + "\" knows no classes; it reads a prompt.",
                    "Choose no class, and write what the images are to show.");
}

void checkNegative(const recipe::GuidanceSpec& guidance, bool hasNegative)
{
    const denoise::RuleInfo& rule = denoise::guidanceRule(guidance.rule);
    const auto option =
        std::find_if(rule.options.begin(), rule.options.end(),
                     [](const base::Option& candidate) { return candidate.id == "negative_class"; });
    if (hasNegative && option == rule.options.end())
        throw Error(ErrorCode::invalidOption,
                    "The guidance \"" + rule.displayName + "\" has no place for a negative prompt.",
                    "Choose another rule of guidance, or leave the negative prompt empty.");
    if (!hasNegative && rule.id == "perp_neg")
        throw Error(ErrorCode::invalidOption,
                    "The guidance \"" + rule.displayName + "\" needs a negative prompt.",
                    "Write what must not show, or choose another rule of guidance.");
}

}  // namespace

RunTexts runTexts(model::Model& model, const recipe::Recipe& recipe)
{
    if (!model.card().readsText())
        return {.recipe = withoutText(model.card(), recipe)};
    checkThatThereAreNoClasses(model.card(), recipe);
    const recipe::TextCondition& text = recipe.condition.text;
    if (!(text.blend >= 0 && text.blend <= 1))
        throw Error(ErrorCode::invalidOption, "The blend of two prompts must be a number from 0 to 1.",
                    "Set the blend between 0 and 1.");
    const c10::InferenceMode inference;
    const model::EncodedText first = model.encode(text.prompt), second = model.encode(text.second),
                             negative = model.encode(text.negative), none = model.encode("");
    const double share = second.isBlank ? 0.0 : text.blend;
    checkNegative(recipe.guidance, !negative.isBlank);

    RunTexts texts{.recipe = recipe, .asked = text};
    const bool isBlank = share <= 0 ? first.isBlank : share >= 1 ? second.isBlank : false;
    const bool isGuidedAway = !negative.isBlank;
    // Without a prompt there is still something to lead away from: the class −1 is no text.
    texts.recipe.condition = !isBlank       ? recipe::Condition::classLabel(promptNumber)
                             : isGuidedAway ? recipe::Condition::classLabel(-1)
                                            : recipe::Condition::none();
    texts.recipe.guidance.options.erase("negative_class");
    if (isGuidedAway)
        texts.recipe.guidance.options["negative_class"] = double(negativeNumber);
    texts.contexts = model::stacked(
        {model::blended(first.context, second.context, share), negative.context, none.context});
    if (first.pooled.defined())
        texts.pooled =
            torch::cat({torch::lerp(first.pooled, second.pooled, share), negative.pooled, none.pooled});
    const auto appendTokens = [&texts](const model::EncodedText& read) {
        texts.tokens.insert(texts.tokens.end(), read.tokens.begin(), read.tokens.end());
    };
    if (!isBlank && share < 1)
        appendTokens(first);
    if (!isBlank && share > 0)
        appendTokens(second);
    return texts;
}

record::TextAttention recordedAttention(const std::vector<model::CrossAttentionMap>& maps,
                                        const std::vector<std::string>& tokens)
{
    record::TextAttention attention{.batch = 0, .tokens = tokens};
    const auto count = std::int64_t(tokens.size());
    for (const model::CrossAttentionMap& map : maps) {
        const torch::Tensor mean =
            map.weights.mean(1).slice(2, 0, count).to(torch::kCPU, torch::kFloat).contiguous();
        const std::span values(mean.data_ptr<float>(), std::size_t(mean.numel()));
        attention.batch = int(mean.size(0));
        attention.layers.push_back(
            {map.layer, int(map.height), int(map.width), {values, record::Precision::half}});
    }
    return attention;
}

}  // namespace diffuscope::run
