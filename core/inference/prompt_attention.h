// SPDX-License-Identifier: GPL-3.0-or-later
// Multi-head cross-attention of an image's positions to the tokens of its prompt.
#pragma once

#include "core/inference/operation.h"
#include "core/inference/prompt_keys.h"

namespace diffuscope::inference {

/// From queries [positions][channels] to the mixture of the prompt's values [positions][channels].
class PromptAttention final : public Operation
{
public:
    /// `layer` counts the plan's cross-attentions, and is the place in PromptKeys::layers.
    PromptAttention(std::string name, const Kernels& kernels, int layer, int heads, int mostTokens,
                    const View& query, const View& result);

    std::string description() const override;
    std::vector<View> views() const override { return {m_query, m_result}; }
    std::size_t scratchBytes() const override;
    double operationsPerImage() const override;
    void execute(const Pass& pass) const override;

private:
    int headWidth() const { return m_result.channels / m_heads; }
    void mix(const float* query, int positions, const PromptKeys& prompt, const PromptKeys::Head& head,
             float* result, Scratch scratch) const;

    const Kernels& m_kernels;
    int m_layer;
    int m_heads;
    int m_mostTokens;
    View m_query;
    View m_result;
};

}  // namespace diffuscope::inference
