// SPDX-License-Identifier: GPL-3.0-or-later
// The matrix products of an inference plan: blocks of rows by panels of columns, summed in registers.
#pragma once

#include "core/inference/kernel_registers.h"

namespace diffuscope::inference {
namespace {

// ----------------------------------------------------------------------------------------

/// Some of a panel's columns.
struct PanelPart
{
    int firstColumn;
    int panelBegin;          ///< the panel's own first column
    std::ptrdiff_t columns;  ///< of the whole panel
};

template <typename Format, int rows, int registers>
void multiplyBlock(const Product& product, int firstRow, PanelPart part)
{
    using Value = typename Format::Value;
    const Value* a = reinterpret_cast<const Value*>(product.rows) + firstRow * product.rowStride;
    const Value* matrix = reinterpret_cast<const Value*>(product.matrix) +
                          static_cast<std::ptrdiff_t>(product.depth) * part.panelBegin +
                          (part.firstColumn - part.panelBegin) * Format::kPairing;
    Register sums[rows][registers] = {};
#pragma GCC unroll 2
    for (int i = 0; i < product.depth; i += Format::kPairing, matrix += part.columns * Format::kPairing) {
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 3
            for (int n = 0; n < registers; ++n) {
                Format::multiplyAdd(sums[r][n], a + r * product.rowStride + i,
                                    matrix + n * Format::kPairing * lanes);
            }
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 3
        for (int n = 0; n < registers; ++n) {
            const int column = part.firstColumn + n * lanes;
            Register sum = sums[r][n];
            if (product.bias)
                sum += load(product.bias + column);
            if (product.addend)
                sum += load(product.addend + (firstRow + r) * product.addendStride + column);
            save(product.result + (firstRow + r) * product.resultStride + column, sum);
        }
    }
}

template <typename Format, int registers>
void multiplyRows(const Product& product, int firstRow, int rows, PanelPart part)
{
    switch (rows) {
        case 1:
            return multiplyBlock<Format, 1, registers>(product, firstRow, part);
        case 2:
            return multiplyBlock<Format, 2, registers>(product, firstRow, part);
        case 3:
            return multiplyBlock<Format, 3, registers>(product, firstRow, part);
        case 4:
            return multiplyBlock<Format, 4, registers>(product, firstRow, part);
#if defined(__AVX512F__)
        case 5:
            return multiplyBlock<Format, 5, registers>(product, firstRow, part);
        case 6:
            return multiplyBlock<Format, 6, registers>(product, firstRow, part);
        case 7:
            return multiplyBlock<Format, 7, registers>(product, firstRow, part);
        default:
            return multiplyBlock<Format, 8, registers>(product, firstRow, part);
#endif
    }
}

template <typename Format, int registers>
void multiplyPanel(const Product& product, PanelPart part)
{
    const int blocks = (product.rowCount + mostRows - 1) / mostRows;
    for (int block = 0; block < blocks; ++block) {
        const int first = block * product.rowCount / blocks;
        const int last = (block + 1) * product.rowCount / blocks;
        multiplyRows<Format, registers>(product, first, last - first, part);
    }
}

template <typename Format>
void multiply(const Product& product)
{
    const int registers = product.columns / lanes;
    for (int panel = 0; panel < panelCount(registers); ++panel) {
        const int begin = firstRegisterOfPanel(panel, registers) * lanes;
        const int end = firstRegisterOfPanel(panel + 1, registers) * lanes;
        const int first = begin > product.firstColumn ? begin : product.firstColumn;
        const int last = end < product.lastColumn ? end : product.lastColumn;
        const PanelPart part{first, begin, end - begin};
        switch ((last - first) / lanes) {
            case 1:
                multiplyPanel<Format, 1>(product, part);
                break;
            case 2:
                multiplyPanel<Format, 2>(product, part);
                break;
            case 3:
                multiplyPanel<Format, 3>(product, part);
                break;
            default:  // none of its columns is wanted
                break;
        }
    }
}

template <typename Format>
void store(const float* values, std::ptrdiff_t count, std::byte* stored)
{
    auto* result = reinterpret_cast<typename Format::Value*>(stored);
    std::ptrdiff_t i = 0;
    for (; i + lanes <= count; i += lanes)
        Format::store(load(values + i), result + i);
    for (; i < count; ++i)
        Format::store(values[i], result + i);
}

}  // namespace
}  // namespace diffuscope::inference
