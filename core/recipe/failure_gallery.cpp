// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/recipe/failure_gallery.h"

#include "core/base/error.h"

#include <algorithm>
#include <functional>

namespace diffuscope::recipe {

namespace {

/// Eight sevens, as the window shows them.
Recipe galleryRecipe()
{
    Recipe recipe;
    recipe.guidance.scale = 1.25;
    recipe.batch = 8;
    return recipe;
}

GalleryEntry pairOf(GalleryEntry words, const std::function<void(Recipe&)>& spoil)
{
    words.healthy = words.failing = galleryRecipe();
    spoil(words.failing);
    return words;
}

}  // namespace

const std::vector<GalleryEntry>& failureGallery()
{
    static const std::vector<GalleryEntry> entries{
        pairOf({.id = "too_few_steps",
                .title = "Blurry: too few steps",
                .cause = "Each of three long steps trusts an estimate that averages over what the picture "
                         "could still "
                         "become.",
                .cure = "Take ten steps and more, or a solver of higher order.",
                .betrays = "the change of x0_hat, which is still large in the last step"},
               [](Recipe& recipe) { recipe.steps = 3; }),
        pairOf(
            {.id = "guided_to_one",
             .title = "All alike: collapse under guidance",
             .cause = "A scale of 15 pushes every picture to what the classes differ in most, so that fat, "
                      "similar "
                      "digits remain.",
             .cure = "Lower the scale to 1 to 4, or guide in a part of the steps alone.",
             .betrays = "the guidance difference, and the distances between the pictures of the batch"},
            [](Recipe& recipe) { recipe.guidance.scale = 15; }),
        pairOf({.id = "class_not_followed",
                .title = "Not what was asked for: the class does not arrive",
                .cause = "The network is not told the class, so guided and unguided predictions are one.",
                .cure = "Tell the network its class, or choose a model that was trained with classes.",
                .betrays = "the guidance difference, which is zero in every step"},
               [](Recipe& recipe) { recipe.network.set(wholeCondition, true); }),
        pairOf(
            {.id = "wrong_time",
             .title = "Grain that stays: told too late a time",
             .cause =
                 "The network takes each state to be 200 levels noisier than it is, and its estimate of the "
                 "noise misses what is there.",
             .cure = "Check the table of times of an exported model: counted from 0, and in its training's "
                     "levels.",
             .betrays = "the norm of eps_hat, which leaves 1"},
            [](Recipe& recipe) { recipe.network.timeOffset = 200; }),
        pairOf(
            {.id = "early_time",
             .title = "Scraps and spots: told too early a time",
             .cause =
                 "The network takes each state to be 200 levels cleaner than it is, and keeps noise as if it "
                 "were strokes.",
             .cure = "Check the table of times of an exported model: counted from 0, and in its training's "
                     "levels.",
             .betrays = "x0_hat in the first steps, which shows strokes where there is noise alone"},
            [](Recipe& recipe) { recipe.network.timeOffset = -200; }),
        pairOf(
            {.id = "frozen_time",
             .title = "Noise to the end: the time stands still",
             .cause =
                 "The network is told t = 500 in every step, so it removes the noise of that one level and "
                 "never the last of it.",
             .cure = "Pass the time of each step on to the network.",
             .betrays = "the norm of eps_hat over the steps"},
            [](Recipe& recipe) { recipe.network.frozenTime = 500; }),
        pairOf(
            {.id = "no_skips",
             .title = "Nothing but noise: the fine skips are cut",
             .cause =
                 "What is noise in a pixel is known at the finest level alone, and passes through the skips.",
             .cure = "Check the names of the weights of an imported network: a skip that is lost is silent.",
             .betrays = "the effect of skip:0 and skip:1, the largest of all parts"},
            [](Recipe& recipe) {
                recipe.network.set("skip:0", true);
                recipe.network.set("skip:1", true);
            }),
    };
    return entries;
}

const GalleryEntry& galleryEntry(const std::string& id)
{
    const auto& entries = failureGallery();
    const auto at = std::ranges::find(entries, id, &GalleryEntry::id);
    if (at != entries.end())
        return *at;
    std::string names;
    for (const GalleryEntry& entry : entries)
        names += (names.empty() ? "" : ", ") + entry.id;
    throw Error(ErrorCode::invalidOption, "The gallery has no failure \"" + id + "\".",
                "It has " + names + ".");
}

}  // namespace diffuscope::recipe
