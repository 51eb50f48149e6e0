// SPDX-License-Identifier: GPL-3.0-or-later
// Multi-head self-attention over the positions of an image.
#pragma once

#include "core/inference/operation.h"
#include "core/inference/packed_matrix.h"

namespace diffuscope::inference {

/// From queries, keys and values side by side [positions][3 · channels] to their mixture
/// [positions][channels]. Heads are read where they lie.
class Attention final : public Operation
{
public:
    Attention(std::string name, const Kernels& kernels, int heads, const View& queryKeyValue,
              const View& result);

    std::string description() const override;
    std::vector<View> views() const override { return {m_queryKeyValue, m_result}; }
    std::size_t scratchBytes() const override;
    double operationsPerImage() const override;
    void execute(const Pass& pass) const override;

private:
    int headWidth() const { return m_result.channels / m_heads; }
    int paddedPositions() const { return padded(m_result.positions()); }
    void mix(const float* query, const float* key, const float* value, float* result, Scratch scratch) const;
    /// A head's keys as a packed matrix of float32, [headWidth][positions], from positions so far apart.
    void packTransposed(const float* values, std::ptrdiff_t stride, float scale, float* packed) const;
    /// A head's values as a packed matrix of float32, [positions][headWidth].
    void pack(const float* values, std::ptrdiff_t stride, float* packed) const;

    const Kernels& m_kernels;
    int m_heads;
    View m_queryKeyValue;
    View m_result;
};

}  // namespace diffuscope::inference
