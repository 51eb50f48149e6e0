// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers that determine a diffusion transformer: its shape follows from this value alone. Standard types
// only.
#pragma once

#include <cstdint>

namespace diffuscope::model {

struct DitConfig
{
    int imageChannels = 1;
    int imageHeight = 28;
    int imageWidth = 28;
    /// Side of the pixel squares that each become one token. It divides both sides of the image.
    int patch = 4;
    int width = 128;  ///< of a token; a multiple of the heads
    int layers = 6;
    int heads = 4;
    int mlpRatio = 4;  ///< width of the hidden layer between two attentions, in token widths
    /// Number of classes; the class embedding has one entry more, the null class (index = classes).
    int classes = 10;
    /// Whether it is told the length of the step as well: a few-step student (Frans et al. 2024).
    bool readsStep = false;

    int tokens() const { return imageHeight / patch * (imageWidth / patch); }
    int patchValues() const { return imageChannels * patch * patch; }
    bool operator==(const DitConfig&) const = default;
};

/// Throws std::invalid_argument with one sentence where the numbers do not describe a network.
void validate(const DitConfig& config);

/// The number of weights of a transformer of this (valid) config, without building it.
std::int64_t parameterCount(const DitConfig& config);

}  // namespace diffuscope::model
