// SPDX-License-Identifier: GPL-3.0-or-later
// What the window keeps between its starts besides its layout: the last recipe, and the view's choices.
#pragma once

#include "core/recipe/recipe.h"
#include "ui/document/model_entry.h"

#include <QList>

#include <optional>

class QSettings;

namespace diffuscope::ui {

class Player;
class SessionDocument;

/// See MainWindow::startingRecipe().
std::optional<recipe::Recipe> recipeToStartWith(const QSettings& settings, const QList<ModelEntry>& models,
                                                const QString& model);

/// Auto-run, layer, ranges, and how frames are played.
void restoreChoices(const QSettings& settings, SessionDocument& document, Player& player);
/// The same, and the newest recipe that could be sampled.
void saveChoices(QSettings& settings, const SessionDocument& document, const Player& player);

}  // namespace diffuscope::ui
