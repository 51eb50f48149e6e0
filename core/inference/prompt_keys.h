// SPDX-License-Identifier: GPL-3.0-or-later
// What the cross-attention of a plan sees of a prompt: the keys and values of its tokens in every layer,
// computed once a prompt. No torch in here.
#pragma once

#include "core/inference/conditioning.h"
#include "core/inference/packed_matrix.h"

#include <memory>
#include <span>
#include <vector>

namespace diffuscope::inference {

/// One layer of cross-attention: its map from a token's state to key and value, [2 · channels][text width].
struct CrossAttentionWeights
{
    int channels = 0;
    int heads = 0;
    LinearWeights keyValue;
};

/// One prompt in all layers.
struct PromptKeys
{
    struct Head
    {
        PackedMatrix keys;    ///< [head width][tokens], scaled by 1/√(head width)
        PackedMatrix values;  ///< [tokens][head width]
    };
    int tokens = 0;
    std::vector<float> bias;                ///< [tokens, padded], added to what a token is attended with
    std::vector<std::vector<Head>> layers;  ///< by layer and head
};

/// The states [tokens][width] of a prompt and its bias [tokens]; tokens with the bias −infinity are padding.
struct PromptStates
{
    std::span<const float> states;
    std::span<const float> bias;
};

class PromptReader
{
public:
    PromptReader(const Kernels& kernels, std::vector<CrossAttentionWeights> layers);

    bool empty() const { return m_layers.empty(); }
    std::size_t weightBytes() const;
    PromptKeys read(const PromptStates& prompt) const;

private:
    PromptKeys::Head head(const CrossAttentionWeights& layer, int index, const std::vector<float>& keyValues,
                          int tokens) const;

    const Kernels& m_kernels;
    std::vector<CrossAttentionWeights> m_layers;
};

/// Keeps the prompts that were read last: a run asks for the same few at every step. One thread uses one
/// cache.
class PromptCache
{
public:
    /// The keys of each image's prompt, which stay valid as long as they are held.
    std::vector<std::shared_ptr<const PromptKeys>> keys(const PromptReader& reader,
                                                        std::span<const PromptStates> prompts);

private:
    static constexpr std::size_t mostPrompts = 256;

    struct Known
    {
        std::vector<float> states;
        std::vector<float> bias;
        std::shared_ptr<const PromptKeys> keys;
    };
    const Known* find(const PromptStates& prompt) const;

    std::vector<Known> m_known;
};

}  // namespace diffuscope::inference
