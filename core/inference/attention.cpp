// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/attention.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::inference {

Attention::Attention(std::string name, const Kernels& kernels, int heads, const View& queryKeyValue,
                     const View& result)
    : Operation(std::move(name)),
      m_kernels(kernels),
      m_heads(heads),
      m_queryKeyValue(queryKeyValue),
      m_result(result)
{
}

std::string Attention::description() const
{
    return "attention, " + std::to_string(m_heads) + " heads";
}

double Attention::operationsPerImage() const
{
    return 4.0 * m_result.positions() * m_result.positions() * m_result.channels;
}

std::size_t Attention::scratchBytes() const
{
    const int positions = m_result.positions(), columns = paddedPositions(), width = padded(headWidth());
    return Scratch::bytesFor(countOf(width, columns, sizeof(float))) +
           Scratch::bytesFor(countOf(positions, columns, sizeof(float))) +
           2 * Scratch::bytesFor(countOf(positions, width, sizeof(float)));
}

void Attention::packTransposed(const float* values, std::ptrdiff_t stride, float scale, float* packed) const
{
    const int positions = m_result.positions(), depth = headWidth();
    const int registers = paddedPositions() / m_kernels.lanes;
    for (int panel = 0; panel < panelCount(registers); ++panel) {
        const int first = firstRegisterOfPanel(panel, registers) * m_kernels.lanes;
        const int width = firstRegisterOfPanel(panel + 1, registers) * m_kernels.lanes - first;
        for (int column = 0; column < width; ++column) {
            const bool isThere = first + column < positions;
            const float* from = isThere ? values + (first + column) * stride : values;
            const float factor = isThere ? scale : 0.0f;
            for (std::ptrdiff_t row = 0; row < depth; ++row)
                packed[row * width + column] = factor * from[row];
        }
        packed += static_cast<std::ptrdiff_t>(depth) * width;
    }
}

void Attention::pack(const float* values, std::ptrdiff_t stride, float* packed) const
{
    const int columns = headWidth(), registers = padded(columns) / m_kernels.lanes;
    for (int panel = 0; panel < panelCount(registers); ++panel) {
        const int first = firstRegisterOfPanel(panel, registers) * m_kernels.lanes;
        const int width = firstRegisterOfPanel(panel + 1, registers) * m_kernels.lanes - first;
        const int there = std::clamp(columns - first, 0, width);
        for (std::ptrdiff_t row = 0; row < m_result.positions(); ++row, packed += width) {
            std::copy_n(values + row * stride + first, there, packed);
            std::fill(packed + there, packed + width, 0.0f);
        }
    }
}

void Attention::mix(const float* query, const float* key, const float* value, float* result,
                    Scratch scratch) const
{
    const int positions = m_result.positions(), columns = paddedPositions(), width = padded(headWidth());
    const std::ptrdiff_t stride = m_queryKeyValue.pixelStride;
    float* keys = scratch.floats(countOf(width, columns));
    float* weights = scratch.floats(countOf(positions, columns));
    float* values = scratch.floats(countOf(positions, width));
    float* mixed = scratch.floats(countOf(positions, width));
    packTransposed(key, stride, 1.0f / std::sqrt(static_cast<float>(headWidth())), keys);
    pack(value, stride, values);
    m_kernels.multiplyFloats({.rows = reinterpret_cast<const std::byte*>(query),
                              .rowStride = stride,
                              .rowCount = positions,
                              .depth = headWidth(),
                              .matrix = reinterpret_cast<const std::byte*>(keys),
                              .columns = columns,
                              .result = weights,
                              .resultStride = columns});
    m_kernels.softmax(weights, positions, columns, positions);
    m_kernels.multiplyFloats({.rows = reinterpret_cast<const std::byte*>(weights),
                              .rowStride = columns,
                              .rowCount = positions,
                              .depth = positions,
                              .matrix = reinterpret_cast<const std::byte*>(values),
                              .columns = width,
                              .result = mixed,
                              .resultStride = width});
    for (std::ptrdiff_t position = 0; position < positions; ++position)
        std::copy_n(mixed + position * width, headWidth(), result + position * m_result.pixelStride);
}

void Attention::execute(const Pass& pass) const
{
    const std::ptrdiff_t channels = m_result.channels, width = headWidth();
    const Range heads = pass.share.of(m_heads);
    for (int image = 0; image < pass.images; ++image) {
        const float* queries = pass.values(m_queryKeyValue, image);
        float* result = pass.values(m_result, image);
        for (std::ptrdiff_t first = heads.first * width; first < heads.last * width; first += width) {
            const float* query = queries + first;
            mix(query, query + channels, query + 2 * channels, result + first, Scratch(pass.scratch));
        }
    }
}

}  // namespace diffuscope::inference
