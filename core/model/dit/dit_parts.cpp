// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/dit/dit_parts.h"

namespace diffuscope::model {

NetworkLayout layoutOf(const DitConfig& config)
{
    NetworkLayout layout{.kind = LayoutKind::transformer,
                         .patch = config.patch,
                         .embedding = config.width,
                         .heads = config.heads};
    for (int layer = 0; layer < config.layers; ++layer) {
        layout.levels.push_back({.height = config.imageHeight / config.patch,
                                 .width = config.imageWidth / config.patch,
                                 .channels = config.width,
                                 .blocks = 1,
                                 .attends = true});
        layout.parts.push_back({"attention:" + std::to_string(layer), PartKind::attention, layer, 0});
    }
    for (int layer = 0; layer < config.layers; ++layer)
        layout.parts.push_back({"block:" + std::to_string(layer), PartKind::block, layer, 0});
    return layout;
}

DitOmissions omissionsOf(const DitConfig& config, const std::string& model,
                         const std::vector<std::string>& ids)
{
    const NetworkLayout layout = layoutOf(config);
    checkParts(layout, model, ids);
    const auto layers = std::size_t(config.layers);
    DitOmissions without{std::vector<bool>(layers), std::vector<bool>(layers)};
    for (const std::string& id : ids) {
        const NetworkPart& part = *layout.find(id);
        (part.kind == PartKind::block ? without.blocks : without.attention)[std::size_t(part.level)] = true;
    }
    return without;
}

}  // namespace diffuscope::model
