// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/text_attention.h"

#include <cassert>

namespace diffuscope::record {

namespace {

/// The weights [height, width, tokens] of image k.
std::vector<float> weightsOfImage(const AttentionLayer& layer, int k, std::size_t tokens)
{
    const std::size_t count = std::size_t(layer.height) * std::size_t(layer.width) * tokens;
    std::vector<float> weights(count);
    layer.weights.copyTo(weights, std::size_t(k) * count);
    return weights;
}

}  // namespace

std::size_t TextAttention::bytes() const
{
    std::size_t sum = 0;
    for (const AttentionLayer& layer : layers)
        sum += layer.weights.bytes();
    return sum;
}

std::vector<float> TextAttention::map(std::size_t layer, int k, std::size_t token) const
{
    assert(layer < layers.size() && token < tokens.size() && k >= 0 && k < batch);
    const std::vector<float> weights = weightsOfImage(layers[layer], k, tokens.size());
    std::vector<float> result;
    result.reserve(weights.size() / tokens.size());
    for (std::size_t index = token; index < weights.size(); index += tokens.size())
        result.push_back(weights[index]);
    return result;
}

std::vector<float> TextAttention::meanMap(int k, std::size_t token, int height, int width) const
{
    std::vector<float> mean(std::size_t(height) * std::size_t(width), 0.0f);
    for (std::size_t index = 0; index < layers.size(); ++index) {
        const AttentionLayer& layer = layers[index];
        const std::vector<float> weights = map(index, k, token);
        for (int row = 0; row < height; ++row) {
            for (int column = 0; column < width; ++column) {
                const int from = row * layer.height / height * layer.width + column * layer.width / width;
                mean[std::size_t(row * width + column)] +=
                    weights[std::size_t(from)] / static_cast<float>(layers.size());
            }
        }
    }
    return mean;
}

std::vector<float> TextAttention::shares(int k) const
{
    std::vector<double> sums(tokens.size(), 0.0);
    for (const AttentionLayer& layer : layers) {
        const std::vector<float> weights = weightsOfImage(layer, k, tokens.size());
        const double perPlace = double(tokens.size()) / double(weights.size()) / double(layers.size());
        for (std::size_t index = 0; index < weights.size(); ++index)
            sums[index % tokens.size()] += perPlace * double(weights[index]);
    }
    return {sums.begin(), sums.end()};
}

}  // namespace diffuscope::record
