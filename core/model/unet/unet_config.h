// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers that determine a U-Net: its shape follows from this value alone. Standard types only.
#pragma once

#include <cstdint>
#include <vector>

namespace diffuscope::model {

/// How a U-Net reads a prompt: a transformer over its words, to whose states the image's positions attend.
struct TextConfig
{
    int words = 0;   ///< of the vocabulary; 0 is a network without text
    int width = 64;  ///< of the transformer
    int layers = 2;
    int heads = 4;
    int mostWords = 24;  ///< of a prompt
    /// Levels of the U-Net (0 = finest) whose blocks are each followed by cross-attention. Every level with
    /// self-attention must be among them. The middle always has it.
    std::vector<int> levels{};

    bool operator==(const TextConfig&) const = default;
};

struct UNetConfig
{
    int imageChannels = 1;
    int imageHeight = 28;
    int imageWidth = 28;
    /// Side of the pixel squares that become channels before the first convolution; 1 = none.
    int patch = 2;
    int baseChannels = 64;
    /// Channels of level k are baseChannels * multipliers[k]; each level halves the resolution of the one
    /// before.
    std::vector<int> multipliers = {1, 2};
    int blocksPerLevel = 2;
    /// Levels (0 = finest) whose blocks are each followed by self-attention. The middle always has attention.
    std::vector<int> attentionLevels = {1};
    int attentionHeads = 2;
    int normalizationGroups = 8;
    /// Number of classes; the class embedding has one entry more, the null class (index = classes).
    int classes = 10;
    int embeddingWidth = 256;
    TextConfig text{};

    bool hasText() const { return text.words > 0; }
    bool operator==(const UNetConfig&) const = default;
};

/// Throws std::invalid_argument with one sentence where the numbers do not describe a network.
void validate(const UNetConfig& config);

/// The number of weights of a U-Net of this (valid) config, without building it.
std::int64_t parameterCount(const UNetConfig& config);

}  // namespace diffuscope::model
