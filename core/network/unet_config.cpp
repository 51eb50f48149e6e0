#include "core/network/unet_config.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace diffuscope::network {
namespace {

// Far above any network that this program can sample at a bearable speed; keeps hostile files from asking for
// gigabytes.
constexpr int kLargestImageSide = 512;
constexpr int kLargestWidth = 2048;
constexpr int kLargestClassCount = 10'000;

void requireRange(const char* what, int value, int least, int most)
{
    if (value < least || value > most) {
        throw std::invalid_argument(std::string("The U-Net's ") + what + " is " + std::to_string(value) +
                                    "; it must be between " + std::to_string(least) + " and " +
                                    std::to_string(most) + ".");
    }
}

void requireDivides(const char* what, int whole, int part)
{
    if (whole % part != 0) {
        throw std::invalid_argument(std::string("The U-Net's ") + what + " (" + std::to_string(part) +
                                    ") must divide " + std::to_string(whole) + " without remainder.");
    }
}

}  // namespace

void validate(const UNetConfig& config)
{
    requireRange("number of image channels", config.imageChannels, 1, 16);
    requireRange("image height", config.imageHeight, 1, kLargestImageSide);
    requireRange("image width", config.imageWidth, 1, kLargestImageSide);
    requireRange("patch", config.patch, 1, 16);
    requireDivides("patch", config.imageHeight, config.patch);
    requireDivides("patch", config.imageWidth, config.patch);
    requireRange("base width", config.baseChannels, 1, kLargestWidth);
    requireRange("number of levels", static_cast<int>(config.multipliers.size()), 1, 6);
    requireRange("number of blocks per level", config.blocksPerLevel, 1, 8);
    requireRange("number of attention heads", config.attentionHeads, 1, 64);
    requireRange("number of normalization groups", config.normalizationGroups, 1, 256);
    requireRange("number of classes", config.classes, 0, kLargestClassCount);
    requireRange("embedding width", config.embeddingWidth, 2, kLargestWidth);
    requireDivides("sine and cosine pair", config.embeddingWidth, 2);
    for (const int multiplier : config.multipliers) {
        requireRange("width multiplier", multiplier, 1, 16);
        const int channels = config.baseChannels * multiplier;
        requireRange("width of a level", channels, 1, kLargestWidth);
        requireDivides("number of normalization groups", channels, config.normalizationGroups);
        requireDivides("number of attention heads", channels, config.attentionHeads);
    }
    for (const int level : config.attentionLevels) {
        requireRange("attention level", level, 0, static_cast<int>(config.multipliers.size()) - 1);
    }
    const int halvings = static_cast<int>(config.multipliers.size()) - 1;
    const int coarsest = std::min(config.imageHeight, config.imageWidth) / config.patch >> halvings;
    requireRange("side of the coarsest level", coarsest, 1, kLargestImageSide);
}

}  // namespace diffuscope::network
