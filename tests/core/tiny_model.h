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
