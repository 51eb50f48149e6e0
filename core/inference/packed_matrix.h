// SPDX-License-Identifier: GPL-3.0-or-later
// The right-hand side of matrix products, laid out once in the order in which the kernels read it.
#pragma once

#include "core/inference/kernels.h"
#include "core/inference/memory.h"

#include <vector>

namespace diffuscope::inference {

/// The format of the numbers in a matrix and of the rows that are multiplied with it.
enum class Storage {
    kernels,  ///< what the kernels compute fastest in, see Kernels::storedBytes
    float32,
};

class PackedMatrix
{
public:
    /// `values` [depth][columns], row by row. Padded with zeros: the columns to laneMultiple, the depth to
    /// the kernels' pairing. Lies in `memory`, or in memory of its own where there is none.
    PackedMatrix(const Kernels& kernels, Storage storage, const std::vector<float>& values, int depth,
                 int columns, WeightMemory* memory = nullptr);

    int depth() const { return m_depth; }      ///< padded
    int columns() const { return m_columns; }  ///< padded
    std::size_t bytes() const { return m_size; }

    /// A product of rows with this matrix, whose place and result are still to be set.
    Product product() const;
    void multiply(const Product& product) const { m_multiply(product); }

private:
    int m_depth;
    int m_columns;
    std::size_t m_size;
    std::shared_ptr<std::byte> m_bytes;
    void (*m_multiply)(const Product&);
};

constexpr int padded(int channels)
{
    return (channels + laneMultiple - 1) / laneMultiple * laneMultiple;
}

}  // namespace diffuscope::inference
