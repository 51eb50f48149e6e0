// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unet/unet_parts.h"

#include <algorithm>

namespace diffuscope::model {

namespace {

bool isAmong(const std::vector<int>& levels, int level)
{
    return std::ranges::find(levels, level) != levels.end();
}

}  // namespace

NetworkLayout layoutOf(const UNetConfig& config)
{
    NetworkLayout layout{.kind = LayoutKind::unet,
                         .patch = config.patch,
                         .embedding = config.embeddingWidth,
                         .heads = config.attentionHeads};
    int height = config.imageHeight / config.patch, width = config.imageWidth / config.patch;
    const int count = int(config.multipliers.size());
    for (int level = 0; level < count; ++level) {
        layout.levels.push_back({.height = height,
                                 .width = width,
                                 .channels = config.baseChannels * config.multipliers[std::size_t(level)],
                                 .blocks = config.blocksPerLevel,
                                 .attends = isAmong(config.attentionLevels, level),
                                 .readsWords = config.hasText() && isAmong(config.text.levels, level)});
        if (level + 1 < count) {
            height = (height + 1) / 2;
            width = (width + 1) / 2;
        }
    }
    layout.middle = layout.levels.back();
    layout.middle.blocks = 2;
    layout.middle.attends = true;
    layout.middle.readsWords = config.hasText();
    for (int level = 0; level < count; ++level)
        for (int block = 0; block < config.blocksPerLevel; ++block)
            layout.parts.push_back({"skip:" + std::to_string(level * config.blocksPerLevel + block),
                                    PartKind::skip, level, block});
    const auto addLevels = [&](PartKind kind, const std::string& name, bool NetworkLevel::*has) {
        for (int level = 0; level < count; ++level)
            if (layout.levels[std::size_t(level)].*has)
                layout.parts.push_back(
                    {name + std::to_string(layout.levels[std::size_t(level)].height), kind, level, 0});
        if (layout.middle.*has)
            layout.parts.push_back({name + "middle", kind, -1, 0});
    };
    addLevels(PartKind::attention, "attention:", &NetworkLevel::attends);
    addLevels(PartKind::words, "words:", &NetworkLevel::readsWords);
    return layout;
}

UNetOmissions omissionsOf(const UNetConfig& config, const std::string& model,
                          const std::vector<std::string>& ids)
{
    const NetworkLayout layout = layoutOf(config);
    checkParts(layout, model, ids);
    const std::size_t levels = layout.levels.size();
    UNetOmissions without{.skips = std::vector<bool>(levels * std::size_t(config.blocksPerLevel)),
                          .attention = std::vector<bool>(levels),
                          .words = std::vector<bool>(levels)};
    for (const std::string& id : ids) {
        const NetworkPart& part = *layout.find(id);
        const auto level = std::size_t(std::max(part.level, 0));
        const bool isAttention = part.kind == PartKind::attention;
        if (part.kind == PartKind::skip)
            without.skips[level * std::size_t(config.blocksPerLevel) + std::size_t(part.place)] = true;
        else if (part.level < 0)
            (isAttention ? without.middleAttention : without.middleWords) = true;
        else
            (isAttention ? without.attention : without.words)[level] = true;
    }
    return without;
}

}  // namespace diffuscope::model
