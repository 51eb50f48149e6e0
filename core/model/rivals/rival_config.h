// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers that determine the rivals of diffusion, a VAE or a GAN of small pictures. Standard types only.
#pragma once

#include <cstdint>
#include <string>

namespace diffuscope::model {

struct RivalConfig
{
    bool isGan = false;  ///< or a VAE
    int imageChannels = 1;
    int imageSide = 28;  ///< a multiple of 4
    int channels = 128;  ///< at a quarter of the side, and at a half; half as many at the full side
    /// Numbers in each of two dense layers, in place of the convolutions; 0 is convolutions.
    int hidden = 0;
    int latents = 32;    ///< numbers a picture is made from
    int embedding = 32;  ///< numbers a class is told by
    int groups = 8;      ///< of group norm
    int classes = 10;

    bool isDense() const { return hidden > 0; }
    int pixels() const { return imageChannels * imageSide * imageSide; }
    bool operator==(const RivalConfig&) const = default;
};

/// Throws std::invalid_argument with one sentence where the numbers do not describe a network.
void validate(const RivalConfig& config);

}  // namespace diffuscope::model
