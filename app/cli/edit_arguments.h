// SPDX-License-Identifier: GPL-3.0-or-later
// The flags of editing: pictures to start from, and what of the result is known.
#pragma once

#include "app/cli/recipe_arguments.h"

namespace diffuscope::cli {

/// Reads the pictures that the flags name, brings them to the size of the recipe's model, keeps them, and
/// puts their hashes into the recipe. Throws Error.
void applyEdits(const EditArguments& arguments, recipe::Recipe& recipe);

/// The pictures that a recipe names, out of those that are kept; what is not there is passed over.
std::vector<std::shared_ptr<const base::Picture>> picturesOf(const EditArguments& arguments,
                                                             const recipe::Recipe& recipe);

}  // namespace diffuscope::cli
