// SPDX-License-Identifier: GPL-3.0-or-later
// Says in a few words what a recipe is, and in what two differ: for the session's tree and for comparisons.
#pragma once

#include "core/session/session_tree.h"

#include <QString>
#include <QStringList>

namespace diffuscope::ui {

/// "DDIM · 20 steps · guidance 2 · seed 1".
QString recipeSummary(const recipe::Recipe& recipe);

/// What `after` has in place of what `before` has, one entry a part: "sampler Heun", "40 steps", "guidance
/// 4".
QStringList recipeChanges(const recipe::Recipe& before, const recipe::Recipe& after);

/// The name of a run: as a person called it, otherwise "Run 3" or "Branch 4".
QString runName(const session::SessionRun& run);
/// What sets a run apart: of a branch the frame and the changes, of others what differs from `first`, or the
/// whole recipe where that is the run itself or too much differs.
QString runDetails(const session::Session& session, const session::SessionRun& run);

}  // namespace diffuscope::ui
