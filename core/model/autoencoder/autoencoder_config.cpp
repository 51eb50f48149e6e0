// SPDX-License-Identifier: GPL-3.0-or-later
// Checks an autoencoder's config.
#include "core/model/autoencoder/autoencoder_config.h"

#include <stdexcept>
#include <string>

namespace diffuscope::model {
namespace {

void requireInside(const char* what, int value, int least, int most)
{
    if (value < least || value > most)
        throw std::invalid_argument(std::string("The autoencoder's ") + what + " is " +
                                    std::to_string(value) + "; it must be between " + std::to_string(least) +
                                    " and " + std::to_string(most) + ".");
}

}  // namespace

void validate(const AutoencoderConfig& config)
{
    requireInside("number of image channels", config.imageChannels, 1, 4);
    requireInside("image side", config.imageSide, 8, 512);
    requireInside("patch", config.patch, 1, 8);
    requireInside("number of channels", config.channels, 8, 512);
    requireInside("number of halvings", config.halvings, 0, 4);
    requireInside("number of blocks", config.blocks, 1, 8);
    requireInside("number of latent channels", config.latentChannels, 1, 64);
    requireInside("number of groups", config.groups, 1, 64);
    requireInside("number of codes", config.codes, 2, 65536);
    if (config.imageSide % (config.patch << config.halvings) != 0)
        throw std::invalid_argument(
            "The autoencoder's image side (" + std::to_string(config.imageSide) + ") is not a multiple of " +
            std::to_string(config.patch << config.halvings) + ", the pixels a latent stands for.");
    if (config.channels % config.groups != 0)
        throw std::invalid_argument("The autoencoder's groups do not divide its channels.");
    if (config.channelsAt(config.halvings) > 1024)
        throw std::invalid_argument("The autoencoder's coarsest level has more than 1024 channels.");
}

}  // namespace diffuscope::model
