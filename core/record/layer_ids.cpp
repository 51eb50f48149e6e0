// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/layer_ids.h"

#include <algorithm>

namespace diffuscope::record {

/// In the order of the enumeration.
const std::vector<std::string>& layerIds()
{
    static const std::vector<std::string> ids{
        "xt",    "x0Hat", "epsHat", "epsConditional", "epsUnconditional", "guidanceDifference",
        "score", "mean",  "noise",  "x0HatChange"};
    return ids;
}

std::string layerId(Layer layer)
{
    return layerIds().at(static_cast<std::size_t>(layer));
}

std::optional<Layer> layerOfId(const std::string& id)
{
    const auto found = std::ranges::find(layerIds(), id);
    if (found == layerIds().end())
        return std::nullopt;
    return static_cast<Layer>(found - layerIds().begin());
}

}  // namespace diffuscope::record
