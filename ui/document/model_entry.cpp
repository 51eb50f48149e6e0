// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/model_entry.h"

#include <algorithm>
#include <numeric>

namespace diffuscope::ui {

namespace {

bool canRead(const PromptReader& reader, const std::string& prompt)
{
    PromptText text;
    text.setReader(reader);
    text.setText(QString::fromStdString(prompt));
    return text.isReadable();
}

/// Grid, steps, clipping and number of samples, unless somebody has chosen others than the usual ones.
void takeUsual(recipe::Recipe& recipe, const model::UsualSettings& before, const model::UsualSettings& now)
{
    if (recipe.grid == schedule::GridSpec{before.grid, {}})
        recipe.grid = {now.grid, {}};
    if (recipe.steps == before.steps)
        recipe.steps = now.steps;
    if (recipe.clipping == recipe::ClippingSpec{before.clipping, {}})
        recipe.clipping = {now.clipping, {}};
    if (recipe.batch == before.samples || before.samples != now.samples)
        recipe.batch = now.samples;
}

}  // namespace

void fitRecipe(recipe::Recipe& recipe, const ModelEntry& model, const ModelEntry* before)
{
    const int classes = int(model.classes.size());
    auto& asked = recipe.condition.classes;
    if (classes == 0 || (model.arePoints && recipe.model != model.id.toStdString())) {
        asked.clear();
    } else if (asked.size() > 1 && recipe.model != model.id.toStdString()) {
        asked.resize(std::size_t(classes));
        std::iota(asked.begin(), asked.end(), 0);
    } else {
        std::replace_if(
            asked.begin(), asked.end(), [classes](int label) { return label < 0 || label >= classes; }, 0);
    }
    recipe::TextCondition& words = recipe.condition.text;
    if (!model.hasText())
        words = {};
    for (std::string* prompt : {&words.prompt, &words.negative, &words.second})
        if (recipe.model != model.id.toStdString() && !canRead(model.reader, *prompt))
            prompt->clear();
    if (recipe.model != model.id.toStdString() && model.guidance > 0)
        recipe.guidance.scale = model.guidance;
    if (recipe.model != model.id.toStdString())
        takeUsual(recipe, before ? before->usual : model::UsualSettings{}, model.usual);
    // The parts of one network are not another's.
    if (recipe.model != model.id.toStdString())
        recipe.network = {};
    recipe.model = model.id.toStdString();
    recipe.steps = std::clamp(recipe.steps, 1, std::max(1, model.levels));
}

}  // namespace diffuscope::ui
