// SPDX-License-Identifier: GPL-3.0-or-later
// Recipes as parts of larger JSON documents.
#pragma once

#include "core/base/json_object_reader.h"
#include "core/recipe/recipe.h"

namespace diffuscope::recipe {

/// The recipe as toJson() writes it. Throws Error(invalidOption) for a number that is not finite.
nlohmann::ordered_json jsonOf(const Recipe& recipe);

/// Reads the keys of a recipe; those of the caller, and finish(), are the caller's. Throws as
/// recipeFromJson().
Recipe readRecipe(base::JsonObjectReader& reader);

/// The document as text. Throws Error(invalidOption) where a text in it is not UTF-8.
std::string textOf(const nlohmann::ordered_json& recipe, int indent);

}  // namespace diffuscope::recipe
