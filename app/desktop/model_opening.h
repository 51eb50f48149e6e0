// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a person's own model for the window: its card and what its parts are, no weights.
#pragma once

#include "ui/window/model_opener.h"

namespace diffuscope {

/// Never throws: what is wrong is the result's problem.
ui::OpenedModel openedModel(const QString& path);

}  // namespace diffuscope
