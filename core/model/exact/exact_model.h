// SPDX-License-Identifier: GPL-3.0-or-later
// Exact models among the other models: their cards, and their loader. No torch in here.
#pragma once

#include "core/model/model_loader.h"

namespace diffuscope::model {

/// Reads names that begin with "exact:" (see data_sets.h). Their schedule is linear with 1,000 levels, their
/// target is x0, their samples are points.
ModelLoader exactLoader();

/// The card of a name. Throws Error as exactData().
ModelCard exactCard(const std::string& name);

}  // namespace diffuscope::model
