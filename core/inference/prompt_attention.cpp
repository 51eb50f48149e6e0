// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/prompt_attention.h"

#include <algorithm>
#include <stdexcept>

namespace diffuscope::inference {

PromptAttention::PromptAttention(std::string name, const Kernels& kernels, int layer, int heads,
                                 int mostTokens, const View& query, const View& result)
    : Operation(std::move(name)),
      m_kernels(kernels),
      m_layer(layer),
      m_heads(heads),
      m_mostTokens(mostTokens),
      m_query(query),
      m_result(result)
{
}

std::string PromptAttention::description() const
{
    return "attention to the prompt, " + std::to_string(m_heads) + " heads";
}

double PromptAttention::operationsPerImage() const
{
    return 4.0 * m_result.positions() * m_mostTokens * m_result.channels;
}

std::size_t PromptAttention::scratchBytes() const
{
    return Scratch::bytesFor(countOf(m_result.positions(), padded(m_mostTokens), sizeof(float))) +
           Scratch::bytesFor(countOf(m_result.positions(), padded(headWidth()), sizeof(float)));
}

void PromptAttention::mix(const float* query, int positions, const PromptKeys& prompt,
                          const PromptKeys::Head& head, float* result, Scratch scratch) const
{
    const int columns = padded(prompt.tokens), width = padded(headWidth());
    float* weights = scratch.floats(countOf(positions, columns));
    float* mixed = scratch.floats(countOf(positions, width));
    Product scores = head.keys.product();
    scores.rows = reinterpret_cast<const std::byte*>(query);
    scores.rowStride = m_query.pixelStride;
    scores.rowCount = positions;
    scores.result = weights;
    scores.resultStride = columns;
    scores.bias = prompt.bias.data();
    head.keys.multiply(scores);
    m_kernels.softmax(weights, positions, columns, prompt.tokens);
    Product mixture = head.values.product();
    mixture.rows = reinterpret_cast<const std::byte*>(weights);
    mixture.rowStride = columns;
    mixture.rowCount = positions;
    mixture.result = mixed;
    mixture.resultStride = width;
    head.values.multiply(mixture);
    for (std::ptrdiff_t position = 0; position < positions; ++position)
        std::copy_n(mixed + position * width, headWidth(), result + position * m_result.pixelStride);
}

void PromptAttention::execute(const Pass& pass) const
{
    const Range positions = pass.share.of(m_result.positions());
    for (int image = 0; image < pass.images; ++image) {
        const PromptKeys* prompt = pass.prompts ? pass.prompts[image].get() : nullptr;
        if (!prompt || prompt->tokens > m_mostTokens) {
            throw std::invalid_argument("The plan needs a prompt of at most " + std::to_string(m_mostTokens) +
                                        " tokens for every image.");
        }
        const auto& heads = prompt->layers[static_cast<std::size_t>(m_layer)];
        const float* query =
            pass.values(m_query, image) + static_cast<std::ptrdiff_t>(positions.first) * m_query.pixelStride;
        float* result = pass.values(m_result, image) +
                        static_cast<std::ptrdiff_t>(positions.first) * m_result.pixelStride;
        for (const PromptKeys::Head& head : heads) {
            mix(query, positions.size(), *prompt, head, result, Scratch(pass.scratch));
            query += headWidth();
            result += headWidth();
        }
    }
}

}  // namespace diffuscope::inference
