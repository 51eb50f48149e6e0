// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/denoise/rule_registry.h"

#include "core/base/error.h"
#include "core/recipe/guidance_curve.h"

namespace diffuscope::denoise {

namespace {

using base::Option;

Option conventionOption()
{
    return Option::choice(
        "convention", "Convention of w", "cfg",
        {{"cfg", "u + w·(c − u), this program's own"}, {"ho_salimans", "c + w'·(c − u), w = 1 + w'"}},
        "What the guidance scale means: in Ho & Salimans' paper 0 is the plain conditional prediction, "
        "here 1 is.");
}

Option negativeClassOption()
{
    return Option::integer(
        "negative_class", "Negative class", -1, -1, 9999,
        "The class that guidance leads away from; -1 leads away from the prediction without a class.");
}

/// `rest`: the prediction that is used where there is no guidance.
std::vector<Option> progressOptions(const std::string& rest = "plain conditional")
{
    return {Option::number("start", "From", 0, 0, 1, "Guidance begins at this part of the run."),
            Option::number(
                "end", "Until", 1, 0, 1,
                "Guidance ends before this part of the run; the rest uses the " + rest + " prediction."),
            Option::text(
                "curve", "Curve of w", "",
                "The guidance scale over the run as pairs progress:scale, e.g. 0:1, 0.4:6, 1:2; empty keeps "
                "one scale for all steps.")};
}

std::vector<Option> rescaleOptions()
{
    return {Option::number(
                "rescale", "Rescale φ", 0, 0, 1,
                "How far the guided prediction is brought back to the spread of the conditional one; 0 is "
                "off, 0.7 is usual."),
            Option::choice(
                "rescale_of", "Rescale what", "eps", {{"eps", "noise ε̂"}, {"x0", "image x̂0"}, {"v", "v"}},
                "The quantity whose spread is kept: take what the model was trained to predict to match "
                "other programs.")};
}

std::vector<Option> joined(std::vector<Option> first, std::vector<Option> second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

RuleInfo classifierFreeInfo()
{
    return {.id = "cfg",
            .displayName = "Classifier-free",
            .description =
                "Extends the step from the unconditional to the conditional prediction by the scale w (Ho & "
                "Salimans 2022). Larger w follows the condition harder and varies less.",
            .options = joined(joined({conventionOption(), negativeClassOption()}, rescaleOptions()),
                              progressOptions())};
}

RuleInfo cfgPlusPlusInfo()
{
    return {
        .id = "cfg_plus_plus",
        .displayName = "CFG++",
        .description =
            "Guides the image but adds the unconditional noise back, so that the path stays near the data "
            "(Chung 2024). Scales from 0 to 1 are usual; only samplers that reuse the noise show it.",
        .options = joined({negativeClassOption()}, progressOptions())};
}

RuleInfo adaptiveProjectedInfo()
{
    std::vector<Option> own{
        conventionOption(), negativeClassOption(),
        Option::number(
            "eta", "Parallel part η", 0, 0, 1,
            "How much of the guidance along the image itself is kept; that part saturates colours."),
        Option::number("norm_threshold", "Norm limit", 0, 0, 1000,
                       "The guidance step is made no longer than this; 0 is no limit."),
        Option::number(
            "momentum", "Momentum", -0.5, -0.99, 0.99,
            "How much of the earlier steps' guidance is added; negative values push away from it.")};
    return {.id = "apg",
            .displayName = "Adaptive projected (APG)",
            .description =
                "Splits the guidance into a part along the image and a part across it, and weakens the first "
                "(Sadat 2024). High scales then saturate less.",
            .options = joined(std::move(own), progressOptions())};
}

RuleInfo cfgZeroStarInfo()
{
    std::vector<Option> own{conventionOption(), negativeClassOption(),
                            Option::integer("zero_steps", "Still steps", 1, 0, 20,
                                            "In so many first steps the velocity is set to zero.")};
    return {.id = "cfg_zero_star",
            .displayName = "CFG-Zero*",
            .description =
                "Scales the unconditional velocity to fit the conditional one best before it is subtracted, "
                "and stands still at first (Fan 2025). Made for flow models.",
            .options = joined(std::move(own), progressOptions())};
}

RuleInfo perpNegInfo()
{
    std::vector<Option> own{
        Option::integer("negative_class", "Negative class", 0, 0, 9999, "The class that must not show."),
        Option::number("negative_scale", "Negative weight", 1, 0, 10,
                       "How hard the image is pushed away from the negative class.")};
    return {.id = "perp_neg",
            .displayName = "Perp-neg",
            .description =
                "Leads away from a negative class only where that is at right angles to the condition "
                "(Armandpour 2023). It costs three predictions a step in one batch.",
            .options = joined(std::move(own), progressOptions())};
}

RuleInfo autoguidanceInfo()
{
    std::vector<Option> own{
        conventionOption(),
        Option::text("weak_model", "Weaker model", "",
                     "The model to lead away from, of the same images: an earlier checkpoint or a "
                     "smaller network.")};
    own = joined(std::move(own), rescaleOptions());
    return {.id = "autoguidance",
            .displayName = "Autoguidance",
            .description =
                "Leads away from what a weaker model says under the same condition (Karras 2024). It works "
                "without a condition too.",
            .options = joined(std::move(own), progressOptions())};
}

RuleInfo classifierInfo()
{
    std::vector<Option> own{
        Option::choice(
            "base", "Base", "unconditional",
            {{"unconditional", "unconditional"}, {"conditional", "conditional"}},
            "The prediction that the gradient is added to: on the unconditional one the classifier alone "
            "decides what is drawn, and w = 1 is Bayes' rule."),
        Option::integer("negative_class", "Negative class", -1, -1, 9999,
                        "A class to lead away from as well, by the gradient of its log-probability; -1 is "
                        "none.")};
    return {
        .id = "classifier",
        .displayName = "Classifier gradient",
        .description =
            "Adds the gradient of a classifier that knows noisy images, ε̂ − w·σ·∇log p(y|x_t) (Dhariwal & "
            "Nichol 2021). Each evaluation of the network costs a forward and a backward pass of the "
            "small classifier too; the model must bring one.",
        .options = joined(std::move(own), progressOptions("base"))};
}

}  // namespace

const std::vector<RuleInfo>& guidanceRules()
{
    static const std::vector<RuleInfo> rules{classifierFreeInfo(), cfgPlusPlusInfo(), adaptiveProjectedInfo(),
                                             cfgZeroStarInfo(),    perpNegInfo(),     autoguidanceInfo(),
                                             classifierInfo()};
    return rules;
}

const RuleInfo& guidanceRule(const std::string& id)
{
    std::string names;
    for (const RuleInfo& rule : guidanceRules()) {
        if (rule.id == id)
            return rule;
        names += (names.empty() ? "" : ", ") + rule.id;
    }
    throw Error(ErrorCode::invalidOption, "There is no guidance \"" + id + "\"; there are " + names + ".",
                "Use one of " + names + ".");
}

}  // namespace diffuscope::denoise
