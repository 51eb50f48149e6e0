// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unet/unet_config.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace diffuscope::model {
namespace {

// Far above any network that this program can sample at a bearable speed; keeps hostile files from asking for
// gigabytes.
constexpr int largestImageSide = 512;
constexpr int largestWidth = 2048;
constexpr int largestClassCount = 10'000;
constexpr int mostWords = 50'000;
constexpr std::int64_t mostParameters = 200'000'000;

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

std::int64_t convolution(std::int64_t from, std::int64_t to, std::int64_t kernel)
{
    return from * to * kernel * kernel + to;
}

std::int64_t norm(std::int64_t channels)
{
    return 2 * channels;
}

std::int64_t linear(std::int64_t from, std::int64_t to)
{
    return from * to + to;
}

bool contains(const std::vector<int>& levels, std::size_t level)
{
    return std::find(levels.begin(), levels.end(), static_cast<int>(level)) != levels.end();
}

std::int64_t textEncoder(const TextConfig& text)
{
    const std::int64_t width = text.width;
    const std::int64_t layer = 2 * norm(width) + linear(width, 3 * width) + linear(width, width) +
                               linear(width, 4 * width) + linear(4 * width, width);
    // Beside the words the two tokens "nothing" and "beginning", and a place for the latter.
    return (text.words + 2 + text.mostWords + 1) * width + text.layers * layer + norm(width);
}

std::int64_t crossAttention(const UNetConfig& config, std::int64_t channels)
{
    return norm(channels) + 2 * convolution(channels, channels, 1) + linear(config.text.width, 2 * channels);
}

std::int64_t stage(const UNetConfig& config, std::int64_t from, std::int64_t to, bool attention)
{
    const std::int64_t skip = from == to ? 0 : convolution(from, to, 1);
    const std::int64_t block = norm(from) + convolution(from, to, 3) + linear(config.embeddingWidth, 2 * to) +
                               norm(to) + convolution(to, to, 3) + skip;
    return block + (attention ? norm(to) + convolution(to, 3 * to, 1) + convolution(to, to, 1) : 0);
}

}  // namespace

std::int64_t parameterCount(const UNetConfig& config)
{
    const std::int64_t width = config.embeddingWidth;
    const std::int64_t patch = std::int64_t{config.imageChannels} * config.patch * config.patch;
    const std::int64_t finest = std::int64_t{config.baseChannels} * config.multipliers.front();
    const std::int64_t coarsest = std::int64_t{config.baseChannels} * config.multipliers.back();
    const bool isRead = config.hasText();
    std::int64_t count = 2 * linear(width, width) + (config.classes + 1) * width +
                         convolution(patch, finest, 3) + norm(finest) + convolution(finest, patch, 3);
    count += stage(config, coarsest, coarsest, true) + stage(config, coarsest, coarsest, false);
    count += isRead ? textEncoder(config.text) + crossAttention(config, coarsest) : 0;
    for (std::size_t level = 0; level < config.multipliers.size(); ++level) {
        const std::int64_t channels = std::int64_t{config.baseChannels} * config.multipliers[level];
        const bool attention = contains(config.attentionLevels, level);
        const bool reads = isRead && contains(config.text.levels, level);
        count += reads ? 2 * config.blocksPerLevel * crossAttention(config, channels) : 0;
        count += config.blocksPerLevel * (stage(config, channels, channels, attention) +
                                          stage(config, 2 * channels, channels, attention));
        if (level > 0) {
            const std::int64_t finer = std::int64_t{config.baseChannels} * config.multipliers[level - 1];
            count += convolution(finer, channels, 3) + convolution(channels, finer, 3);
        }
    }
    return count;
}

namespace {

void validateText(const UNetConfig& config)
{
    const TextConfig& text = config.text;
    requireRange("number of words", text.words, 0, mostWords);
    if (!config.hasText())
        return;
    requireRange("text width", text.width, 1, largestWidth);
    requireRange("number of text layers", text.layers, 0, 24);
    requireRange("number of text heads", text.heads, 1, 64);
    requireDivides("number of text heads", text.width, text.heads);
    requireRange("number of words of a prompt", text.mostWords, 1, 256);
    for (const int level : text.levels)
        requireRange("text level", level, 0, static_cast<int>(config.multipliers.size()) - 1);
    for (const int level : config.attentionLevels) {
        if (!contains(text.levels, static_cast<std::size_t>(level))) {
            throw std::invalid_argument("The U-Net's level " + std::to_string(level) +
                                        " has self-attention, so it must be among the text levels too.");
        }
    }
}

void validateShape(const UNetConfig& config)
{
    requireRange("number of image channels", config.imageChannels, 1, 16);
    requireRange("image height", config.imageHeight, 1, largestImageSide);
    requireRange("image width", config.imageWidth, 1, largestImageSide);
    requireRange("patch", config.patch, 1, 16);
    requireDivides("patch", config.imageHeight, config.patch);
    requireDivides("patch", config.imageWidth, config.patch);
    requireRange("base width", config.baseChannels, 1, largestWidth);
    requireRange("number of levels", static_cast<int>(config.multipliers.size()), 1, 6);
    requireRange("number of blocks per level", config.blocksPerLevel, 1, 8);
    requireRange("number of attention heads", config.attentionHeads, 1, 64);
    requireRange("number of normalization groups", config.normalizationGroups, 1, 256);
    requireRange("number of classes", config.classes, 0, largestClassCount);
    requireRange("embedding width", config.embeddingWidth, 2, largestWidth);
    requireDivides("sine and cosine pair", config.embeddingWidth, 2);
    for (const int multiplier : config.multipliers) {
        requireRange("width multiplier", multiplier, 1, 16);
        const int channels = config.baseChannels * multiplier;
        requireRange("width of a level", channels, 1, largestWidth);
        requireDivides("number of normalization groups", channels, config.normalizationGroups);
        requireDivides("number of attention heads", channels, config.attentionHeads);
    }
    for (const int level : config.attentionLevels)
        requireRange("attention level", level, 0, static_cast<int>(config.multipliers.size()) - 1);
    const int halvings = static_cast<int>(config.multipliers.size()) - 1;
    const int coarsest = std::min(config.imageHeight, config.imageWidth) / config.patch >> halvings;
    requireRange("side of the coarsest level", coarsest, 1, largestImageSide);
}

}  // namespace

void validate(const UNetConfig& config)
{
    validateShape(config);
    validateText(config);
    if (parameterCount(config) > mostParameters) {
        throw std::invalid_argument("The U-Net would have more than " + std::to_string(mostParameters) +
                                    " parameters; make it narrower or shallower.");
    }
}

}  // namespace diffuscope::model
