// SPDX-License-Identifier: GPL-3.0-or-later
// The ids by which files, settings and object names know the layers: "xt", "x0Hat", "epsHat", …
#pragma once

#include "core/record/frame.h"

#include <optional>
#include <string>
#include <vector>

namespace diffuscope::record {

std::string layerId(Layer layer);
/// Absent for an id that there is not.
std::optional<Layer> layerOfId(const std::string& id);
/// All ids.
const std::vector<std::string>& layerIds();

}  // namespace diffuscope::record
