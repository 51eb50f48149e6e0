// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/packed_matrix.h"

#include <algorithm>

namespace diffuscope::inference {

namespace {

/// Where a column of a packed matrix lies: its first value, and the way from one group of paired rows to the
/// next.
struct ColumnPlace
{
    std::size_t first;
    std::size_t step;
};

std::vector<ColumnPlace> columnPlaces(int depth, int columns, int lanes, int pairing)
{
    const int registers = columns / lanes;
    std::vector<ColumnPlace> places;
    for (int panel = 0; panel < panelCount(registers); ++panel) {
        const int first = firstRegisterOfPanel(panel, registers) * lanes;
        const int width = firstRegisterOfPanel(panel + 1, registers) * lanes - first;
        for (int column = 0; column < width; ++column) {
            places.push_back({countOf(depth, first) + static_cast<std::size_t>(column * pairing),
                              static_cast<std::size_t>(width * pairing)});
        }
    }
    return places;
}

}  // namespace

PackedMatrix::PackedMatrix(const Kernels& kernels, Storage storage, const std::vector<float>& values,
                           int depth, int columns, WeightMemory* memory)
    : m_columns(padded(columns)),
      m_multiply(storage == Storage::kernels ? kernels.multiply : kernels.multiplyFloats)
{
    const int pairing = storage == Storage::kernels ? kernels.pairing : 1;
    const int valueBytes = storage == Storage::kernels ? kernels.storedBytes : int(sizeof(float));
    m_depth = (depth + pairing - 1) / pairing * pairing;
    const auto places = columnPlaces(m_depth, m_columns, kernels.lanes, pairing);
    std::vector<float> packed(countOf(m_depth, m_columns));
    for (int row = 0; row < depth; ++row) {
        const auto group = static_cast<std::size_t>(row / pairing),
                   member = static_cast<std::size_t>(row % pairing);
        const float* from = values.data() + static_cast<std::ptrdiff_t>(row) * columns;
        for (std::size_t column = 0; column < static_cast<std::size_t>(columns); ++column)
            packed[places[column].first + group * places[column].step + member] = from[column];
    }
    m_size = packed.size() * static_cast<std::size_t>(valueBytes);
    m_bytes = memory ? memory->take(m_size) : WeightMemory::takeAlone(m_size);
    if (storage == Storage::kernels)
        kernels.store(packed.data(), static_cast<std::ptrdiff_t>(packed.size()), m_bytes.get());
    else
        std::ranges::copy(packed, reinterpret_cast<float*>(m_bytes.get()));
}

Product PackedMatrix::product() const
{
    Product product;
    product.matrix = m_bytes.get();
    product.depth = m_depth;
    product.columns = m_columns;
    product.lastColumn = m_columns;
    return product;
}

}  // namespace diffuscope::inference
