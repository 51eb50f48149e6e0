// SPDX-License-Identifier: GPL-3.0-or-later
// A model of a few thousand random weights, for tests that need one but not what it makes.
#pragma once

#include "core/model/checkpoint.h"
#include "core/model/unet/unet.h"
#include "core/model/unet/unet_kind.h"

#include <string>

namespace diffuscope::test {

inline model::UNetConfig tinyConfig()
{
    model::UNetConfig config;
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
inline model::UNetConfig plannableConfig()
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
    model::ModelCard card;
    card.name = "tiny";
    model::describeUNet(card, tinyConfig());
    card.schedule = {"linear", {{"levels", 100.0}}};
    card.classNames = {"a", "b", "c"};
    model::saveModel(folder, card, *model::UNet(tinyConfig()));
}

}  // namespace diffuscope::test
