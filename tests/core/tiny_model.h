// A model of a few thousand random weights, for tests that need one but not what it makes.
#pragma once

#include "core/network/checkpoint.h"

#include <string>

namespace diffuscope::test {

inline network::UNetConfig tinyConfig()
{
    network::UNetConfig config;
    config.imageHeight = config.imageWidth = 8;
    config.baseChannels = 8;
    config.normalizationGroups = 4;
    config.embeddingWidth = 16;
    config.blocksPerLevel = 1;
    config.classes = 3;
    return config;
}

/// The architecture of a small network that an inference plan can be made for: wide enough for its registers,
/// attention at the coarse level.
inline network::UNetConfig plannableConfig()
{
    return {.imageChannels = 1,
            .imageHeight = 8,
            .imageWidth = 8,
            .patch = 2,
            .baseChannels = 32,
            .multipliers = {1, 2},
            .blocksPerLevel = 1,
            .attentionLevels = {1},
            .attentionHeads = 2,
            .normalizationGroups = 4,
            .classes = 3,
            .embeddingWidth = 32};
}

/// Predicts eps on a linear schedule of 100 levels; classes a, b, c.
inline void saveTinyModel(const std::string& folder)
{
    network::ModelCard card;
    card.name = "tiny";
    card.architecture = tinyConfig();
    card.schedule = {"linear", {{"levels", 100.0}}};
    card.classNames = {"a", "b", "c"};
    card.parameterCount = network::parameterCount(card.architecture);
    network::saveModel(folder, card, network::UNet(card.architecture));
}

}  // namespace diffuscope::test
