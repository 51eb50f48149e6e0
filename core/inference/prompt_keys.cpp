// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/prompt_keys.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::inference {
namespace {

/// The tokens of a prompt that are no padding.
std::vector<std::size_t> presentTokens(const PromptStates& prompt)
{
    std::vector<std::size_t> tokens;
    for (std::size_t token = 0; token < prompt.bias.size(); ++token)
        if (!std::isinf(prompt.bias[token]))
            tokens.push_back(token);
    return tokens;
}

/// W x + b of the tokens' states, [tokens][outputs].
std::vector<float> keyValuesOf(const LinearWeights& weights, const PromptStates& prompt,
                               const std::vector<std::size_t>& tokens)
{
    const auto inputs = static_cast<std::size_t>(weights.inputs);
    std::vector<float> result;
    result.reserve(tokens.size() * weights.bias.size());
    for (const std::size_t token : tokens) {
        const float* state = prompt.states.data() + token * inputs;
        const float* row = weights.values.data();
        for (const float bias : weights.bias) {
            float sum = bias;
            for (std::size_t input = 0; input < inputs; ++input)
                sum += row[input] * state[input];
            result.push_back(sum);
            row += inputs;
        }
    }
    return result;
}

}  // namespace

PromptReader::PromptReader(const Kernels& kernels, std::vector<CrossAttentionWeights> layers)
    : m_kernels(kernels), m_layers(std::move(layers))
{
}

std::size_t PromptReader::weightBytes() const
{
    std::size_t values = 0;
    for (const auto& layer : m_layers)
        values += layer.keyValue.values.size() + layer.keyValue.bias.size();
    return values * sizeof(float);
}

PromptKeys::Head PromptReader::head(const CrossAttentionWeights& layer, int index,
                                    const std::vector<float>& keyValues, int tokens) const
{
    const int width = layer.channels / layer.heads;
    const float scale = 1.0f / std::sqrt(static_cast<float>(width));
    const auto stride = 2 * static_cast<std::size_t>(layer.channels);
    std::vector<float> keys(countOf(width, tokens)), values(countOf(tokens, width));
    for (int token = 0; token < tokens; ++token) {
        const float* key = keyValues.data() + static_cast<std::size_t>(token) * stride + index * width;
        for (int i = 0; i < width; ++i) {
            keys[countOf(i, tokens) + static_cast<std::size_t>(token)] = scale * key[i];
            values[countOf(token, width) + static_cast<std::size_t>(i)] = key[layer.channels + i];
        }
    }
    return {PackedMatrix(m_kernels, Storage::float32, keys, width, tokens),
            PackedMatrix(m_kernels, Storage::float32, values, tokens, width)};
}

PromptKeys PromptReader::read(const PromptStates& prompt) const
{
    const std::vector<std::size_t> present = presentTokens(prompt);
    PromptKeys keys;
    keys.tokens = static_cast<int>(present.size());
    keys.bias.assign(static_cast<std::size_t>(padded(keys.tokens)), 0.0f);
    std::ranges::transform(present, keys.bias.begin(),
                           [&prompt](std::size_t token) { return prompt.bias[token]; });
    for (const auto& layer : m_layers) {
        const std::vector<float> keyValues = keyValuesOf(layer.keyValue, prompt, present);
        auto& heads = keys.layers.emplace_back();
        for (int index = 0; index < layer.heads; ++index)
            heads.push_back(head(layer, index, keyValues, keys.tokens));
    }
    return keys;
}

const PromptCache::Known* PromptCache::find(const PromptStates& prompt) const
{
    const auto found = std::ranges::find_if(m_known, [&prompt](const Known& known) {
        return std::ranges::equal(known.bias, prompt.bias) && std::ranges::equal(known.states, prompt.states);
    });
    return found == m_known.end() ? nullptr : &*found;
}

std::vector<std::shared_ptr<const PromptKeys>> PromptCache::keys(const PromptReader& reader,
                                                                 std::span<const PromptStates> prompts)
{
    std::vector<std::shared_ptr<const PromptKeys>> result;
    for (const PromptStates& prompt : prompts) {
        const Known* known = find(prompt);
        if (!known) {
            if (m_known.size() >= mostPrompts)
                m_known.erase(m_known.begin());
            m_known.push_back({{prompt.states.begin(), prompt.states.end()},
                               {prompt.bias.begin(), prompt.bias.end()},
                               std::make_shared<const PromptKeys>(reader.read(prompt))});
            known = &m_known.back();
        }
        result.push_back(known->keys);
    }
    return result;
}

}  // namespace diffuscope::inference
