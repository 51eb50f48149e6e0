// SPDX-License-Identifier: GPL-3.0-or-later
// All fields of a recipe in one list, each with its path and its value: what compares recipes, names what
// differs, and tells what a recipe stores goes through it.
#pragma once

#include "core/recipe/recipe.h"

#include <string>
#include <variant>
#include <vector>

namespace diffuscope::recipe {

using FieldValue = std::variant<bool, double, std::uint64_t, std::string, std::vector<int>>;

struct RecipeField
{
    /// As in the recipe's JSON, with dots: "guidance.scale", "sampler.options.eta".
    std::string path;
    FieldValue value;

    bool operator==(const RecipeField&) const = default;
};

/// Every field in the order of the JSON, then the options that are given. A choice ("sampler", "grid", …) is
/// a field whose value is its id; no schedule of its own is the empty id.
std::vector<RecipeField> fieldsOf(const Recipe& recipe);

/// The paths in which the two differ. Where a choice differs its options are not listed beside it.
std::vector<std::string> differingFields(const Recipe& a, const Recipe& b);

/// The content hashes of all pictures that the recipe needs, each once.
std::vector<std::string> picturesOf(const Recipe& recipe);

}  // namespace diffuscope::recipe
