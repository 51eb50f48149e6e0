// SPDX-License-Identifier: GPL-3.0-or-later
// Checks the parts of a recipe against the model that is to run it, before anything is evaluated.
#pragma once

#include "core/model/model_card.h"
#include "core/recipe/recipe.h"

namespace diffuscope::run {

/// Each throws Error(invalidOption) with one sentence that names the control and its range.
void checkBatch(int batch, int maximum);
/// All classes of the condition, and the negative class of the guidance, are classes of the model.
void checkClasses(const recipe::Recipe& recipe, const model::ModelCard& card);
/// A network that predicts noise is not asked at a level without signal.
void checkTarget(const model::ModelCard& card, const schedule::TimeGrid& grid);

/// Quantities that each frame of the run is going to store, for the memory budget.
int storedPerFrame(const recipe::Recipe& recipe);

}  // namespace diffuscope::run
