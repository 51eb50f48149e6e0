// SPDX-License-Identifier: GPL-3.0-or-later
// Checks a rival's config.
#include "core/model/rivals/rival_config.h"

#include <stdexcept>
#include <string>

namespace diffuscope::model {
namespace {

void requireBetween(const char* what, int value, int least, int most)
{
    if (value < least || value > most)
        throw std::invalid_argument(std::string("The network's ") + what + " is " + std::to_string(value) +
                                    "; it must be between " + std::to_string(least) + " and " +
                                    std::to_string(most) + ".");
}

}  // namespace

void validate(const RivalConfig& config)
{
    requireBetween("number of image channels", config.imageChannels, 1, 4);
    requireBetween("image side", config.imageSide, 8, 128);
    requireBetween("number of channels", config.channels, 16, 512);
    requireBetween("number of hidden values", config.hidden, 0, 8192);
    requireBetween("number of latents", config.latents, 1, 1024);
    requireBetween("width of the class embedding", config.embedding, 1, 1024);
    requireBetween("number of groups", config.groups, 1, 64);
    requireBetween("number of classes", config.classes, 1, 10'000);
    if (config.imageSide % 4 != 0)
        throw std::invalid_argument("The network's image side (" + std::to_string(config.imageSide) +
                                    ") is not a multiple of 4.");
    if (config.channels % (2 * config.groups) != 0)
        throw std::invalid_argument("Twice the network's groups do not divide its channels.");
}

}  // namespace diffuscope::model
