// SPDX-License-Identifier: GPL-3.0-or-later
// The flags of editing: pictures to start from, and what of the result is known.
#pragma once

#include "app/cli/recipe_arguments.h"

namespace diffuscope::cli {

/// Reads the pictures that the flags name, brings them to the size of the recipe's model, keeps them, and
/// puts their hashes into the recipe. Throws Error.
void applyEdits(const EditArguments& arguments, recipe::Recipe& recipe);

}  // namespace diffuscope::cli
