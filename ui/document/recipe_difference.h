// SPDX-License-Identifier: GPL-3.0-or-later
// Names what differs between two recipes, for undo.
#pragma once

#include "core/recipe/recipe.h"

#include <QString>

#include <string>
#include <vector>

namespace diffuscope::ui {

/// The parts in which the recipes differ, as paths ("steps", "guidance.scale", "sampler.options.eta"), in a
/// fixed order; empty if they are equal.
std::vector<std::string> differingParts(const recipe::Recipe& before, const recipe::Recipe& after);

/// What an edit of these parts is called in the undo menu, e.g. "Change guidance scale".
QString editName(const std::vector<std::string>& parts);

}  // namespace diffuscope::ui
