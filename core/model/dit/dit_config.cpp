// SPDX-License-Identifier: GPL-3.0-or-later
// Checks and counts of a diffusion transformer's config.
#include "core/model/dit/dit_config.h"

#include <stdexcept>
#include <string>

namespace diffuscope::model {
namespace {

// Far above what this program can sample at a bearable speed; keeps hostile files from asking for gigabytes.
constexpr int mostImageSide = 512, mostWidth = 2048, mostClassIds = 10'000, tokenLimit = 4096;
constexpr std::int64_t weightLimit = 200'000'000;

void requireWithin(const char* what, int value, int least, int most)
{
    if (value < least || value > most)
        throw std::invalid_argument(std::string("The transformer's ") + what + " is " +
                                    std::to_string(value) + "; it must be between " + std::to_string(least) +
                                    " and " + std::to_string(most) + ".");
}

void requireWhole(const char* whole, int value, const char* part, int divisor)
{
    if (value % divisor != 0)
        throw std::invalid_argument(std::string("The transformer's ") + part + " (" +
                                    std::to_string(divisor) + ") does not divide its " + whole + " (" +
                                    std::to_string(value) + ").");
}

std::int64_t linearWeights(std::int64_t from, std::int64_t to)
{
    return from * to + to;
}

}  // namespace

void validate(const DitConfig& config)
{
    requireWithin("number of image channels", config.imageChannels, 1, 16);
    requireWithin("image height", config.imageHeight, 1, mostImageSide);
    requireWithin("image width", config.imageWidth, 1, mostImageSide);
    requireWithin("patch", config.patch, 1, 64);
    requireWithin("width", config.width, 8, mostWidth);
    requireWithin("number of layers", config.layers, 1, 64);
    requireWithin("number of heads", config.heads, 1, 64);
    requireWithin("MLP ratio", config.mlpRatio, 1, 16);
    requireWithin("number of classes", config.classes, 0, mostClassIds);
    requireWhole("image height", config.imageHeight, "patch", config.patch);
    requireWhole("image width", config.imageWidth, "patch", config.patch);
    requireWhole("width", config.width, "number of heads", config.heads);
    requireWhole("width", config.width, "embedding's four parts", 4);
    requireWithin("number of tokens", config.tokens(), 1, tokenLimit);
    if (parameterCount(config) > weightLimit)
        throw std::invalid_argument("The transformer has " + std::to_string(parameterCount(config)) +
                                    " parameters; at most " + std::to_string(weightLimit) + " are allowed.");
}

std::int64_t parameterCount(const DitConfig& config)
{
    const std::int64_t width = config.width, hidden = width * config.mlpRatio;
    const std::int64_t embedding = 2 * linearWeights(width, width) * (config.readsStep ? 2 : 1) +
                                   (config.classes + 1) * width + linearWeights(config.patchValues(), width) +
                                   config.tokens() * width;
    const std::int64_t block = linearWeights(width, 6 * width) + linearWeights(width, 3 * width) +
                               linearWeights(width, width) + linearWeights(width, hidden) +
                               linearWeights(hidden, width);
    const std::int64_t head = linearWeights(width, 2 * width) + linearWeights(width, config.patchValues());
    return embedding + config.layers * block + head;
}

}  // namespace diffuscope::model
