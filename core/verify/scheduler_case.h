// SPDX-License-Identifier: GPL-3.0-or-later
// A scheduler's configuration file as the case that this program's samplers are held against.
#pragma once

#include "core/verify/reference_case.h"

#include <nlohmann/json.hpp>

namespace diffuscope::verify {

/// Class, configuration and options of a step. Keys of other classes, which shared configurations carry, are
/// left out, as the original leaves them out.
ReferenceCase schedulerCase(const nlohmann::json& config, const nlohmann::json& stepOptions, int steps);

}  // namespace diffuscope::verify
