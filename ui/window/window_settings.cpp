// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/window_settings.h"

#include "core/base/error.h"
#include "ui/document/player.h"
#include "ui/document/session_document.h"
#include "ui/widgets/layers.h"

#include <QSettings>

namespace diffuscope::ui {

namespace {

const QString recipeKey = QStringLiteral("session/recipe");
const QString autoRunKey = QStringLiteral("session/autoRun");
const QString layerKey = QStringLiteral("view/layer");
const QString rangesKey = QStringLiteral("view/ranges");
const QString rateKey = QStringLiteral("playback/rate");
const QString loopKey = QStringLiteral("playback/loop");

}  // namespace

std::optional<recipe::Recipe> recipeToStartWith(const QSettings& settings, const QList<ModelEntry>& models,
                                                const QString& model)
{
    recipe::Recipe recipe;
    try {
        const QString stored = settings.value(recipeKey).toString();
        if (!stored.isEmpty())
            recipe = recipe::recipeFromJson(stored.toStdString());
    } catch (const Error&) {
        // Written by another version: the usual recipe is a better start than a complaint.
        recipe = {};
    }
    const QString wanted = model.isEmpty() ? QString::fromStdString(recipe.model) : model;
    const ModelEntry* chosen = nullptr;
    for (const auto& entry : models)
        if (entry.isUsable() && (!chosen || entry.id == wanted))
            chosen = &entry;
    if (!chosen && model.isEmpty())
        return std::nullopt;
    if (chosen && recipe == recipe::Recipe{} && chosen->guidance > 0)
        recipe.guidance.scale = chosen->guidance;
    if (chosen)
        fitRecipe(recipe, *chosen);
    // A model that was asked for by name and is not there is for the run to refuse, with the reason.
    if (!model.isEmpty())
        recipe.model = model.toStdString();
    return recipe;
}

void restoreChoices(const QSettings& settings, SessionDocument& document, Player& player)
{
    document.setAutoRun(settings.value(autoRunKey, true).toBool());
    const int layer = settings.value(layerKey, int(document.layer())).toInt();
    for (const auto shown : allLayers())
        if (int(shown) == layer)
            document.setLayer(shown);
    document.view().setRanges(settings.value(rangesKey).toString());
    player.setFramesPerSecond(settings.value(rateKey, Player::usualRate).toDouble());
    player.setLooping(settings.value(loopKey, false).toBool());
}

void saveChoices(QSettings& settings, const SessionDocument& document, const Player& player)
{
    const auto& lastGood = document.failure() ? *document.shownRun().recipe : document.recipe();
    if (document.shownRun().run != 0)
        settings.setValue(recipeKey, QString::fromStdString(recipe::toJson(lastGood)));
    settings.setValue(autoRunKey, document.isAutoRun());
    settings.setValue(layerKey, int(document.layer()));
    settings.setValue(rangesKey, document.view().ranges());
    settings.setValue(rateKey, player.framesPerSecond());
    settings.setValue(loopKey, player.isLooping());
}

}  // namespace diffuscope::ui
