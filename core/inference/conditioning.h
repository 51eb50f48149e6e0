// SPDX-License-Identifier: GPL-3.0-or-later
// What a U-Net makes of time and class: the scales and shifts of all its blocks, computed once for each pair.
#pragma once

#include "core/inference/packed_matrix.h"

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace diffuscope::inference {

/// y = W x + b.
struct LinearWeights
{
    int inputs = 0, outputs = 0;
    std::vector<float> values;  ///< [outputs][inputs]
    std::vector<float> bias;    ///< [outputs]
};

struct ConditioningWeights
{
    std::vector<float> frequencies;  ///< of sinusoidalEmbedding
    LinearWeights time1, time2;
    std::vector<float> classes;  ///< [classes + 1][width]
    LinearWeights modulation;    ///< of all blocks, one after the other
};

class Conditioning
{
public:
    Conditioning(const Kernels& kernels, const ConditioningWeights& weights);

    /// Values in a row: for each block its scales, then its shifts.
    int rowSize() const { return m_modulation.columns; }
    int classCount() const { return static_cast<int>(m_classes.size()) / m_width; }
    std::size_t weightBytes() const;
    /// The rows of pairs (t, class), [pairs][rowSize()]. A row depends on its pair alone.
    std::vector<float> rows(std::span<const std::pair<float, int>> pairs) const;

private:
    struct Linear
    {
        Linear(const Kernels& kernels, const LinearWeights& weights);
        std::vector<float> apply(const std::vector<float>& rows) const;

        PackedMatrix matrix;
        std::vector<float> bias;
        int columns;
    };

    int m_width;
    std::vector<float> m_frequencies;
    std::vector<float> m_classes;
    Linear m_time1, m_time2, m_modulation;
};

/// Keeps rows that were computed: the same times and classes come again at every edit of a run. One thread
/// uses one cache.
class ConditioningCache
{
public:
    /// The row of each image; valid until the next call.
    std::vector<const float*> rows(const Conditioning& conditioning, std::span<const float> times,
                                   std::span<const std::int64_t> classIds);

private:
    static constexpr std::size_t mostBytes = 32 << 20;

    /// By the bits of the time, and the class.
    std::map<std::pair<std::uint32_t, int>, std::vector<float>> m_rows;
};

}  // namespace diffuscope::inference
