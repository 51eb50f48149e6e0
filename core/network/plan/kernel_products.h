// The matrix products of an inference plan: blocks of rows by panels of columns, summed in registers.
#pragma once

#include "core/network/plan/kernel_registers.h"

namespace diffuscope::network::plan {
namespace {

// ----------------------------------------------------------------------------------------

template <typename Format, int rows, int registers>
void multiplyBlock(const Product& product, int firstRow, int firstColumn)
{
    using Value = typename Format::Value;
    const Value* a = reinterpret_cast<const Value*>(product.rows) + firstRow * product.rowStride;
    const Value* matrix = reinterpret_cast<const Value*>(product.matrix) +
                          static_cast<std::ptrdiff_t>(product.depth) * firstColumn;
    Register sums[rows][registers] = {};
#pragma GCC unroll 2
    for (int i = 0; i < product.depth; i += Format::kPairing) {
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 3
            for (int n = 0; n < registers; ++n) {
                Format::multiplyAdd(sums[r][n], a + r * product.rowStride + i,
                                    matrix + (i * registers + n * Format::kPairing) * kLanes);
            }
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 3
        for (int n = 0; n < registers; ++n) {
            const int column = firstColumn + n * kLanes;
            Register sum = sums[r][n];
            if (product.bias) {
                sum += load(product.bias + column);
            }
            if (product.addend) {
                sum += load(product.addend + (firstRow + r) * product.addendStride + column);
            }
            save(product.result + (firstRow + r) * product.resultStride + column, sum);
        }
    }
}

template <typename Format, int registers>
void multiplyRows(const Product& product, int firstRow, int rows, int firstColumn)
{
    switch (rows) {
        case 1:
            return multiplyBlock<Format, 1, registers>(product, firstRow, firstColumn);
        case 2:
            return multiplyBlock<Format, 2, registers>(product, firstRow, firstColumn);
        case 3:
            return multiplyBlock<Format, 3, registers>(product, firstRow, firstColumn);
        case 4:
            return multiplyBlock<Format, 4, registers>(product, firstRow, firstColumn);
#if defined(__AVX512F__)
        case 5:
            return multiplyBlock<Format, 5, registers>(product, firstRow, firstColumn);
        case 6:
            return multiplyBlock<Format, 6, registers>(product, firstRow, firstColumn);
        case 7:
            return multiplyBlock<Format, 7, registers>(product, firstRow, firstColumn);
        default:
            return multiplyBlock<Format, 8, registers>(product, firstRow, firstColumn);
#endif
    }
}

template <typename Format, int registers>
void multiplyPanel(const Product& product, int firstColumn)
{
    const int blocks = (product.rowCount + kMostRows - 1) / kMostRows;
    for (int block = 0; block < blocks; ++block) {
        const int first = block * product.rowCount / blocks;
        const int last = (block + 1) * product.rowCount / blocks;
        multiplyRows<Format, registers>(product, first, last - first, firstColumn);
    }
}

template <typename Format>
void multiply(const Product& product)
{
    const int registers = product.columns / kLanes;
    for (int panel = 0; panel < panelCount(registers); ++panel) {
        const int first = firstRegisterOfPanel(panel, registers);
        switch (firstRegisterOfPanel(panel + 1, registers) - first) {
            case 1:
                multiplyPanel<Format, 1>(product, first * kLanes);
                break;
            case 2:
                multiplyPanel<Format, 2>(product, first * kLanes);
                break;
            default:
                multiplyPanel<Format, 3>(product, first * kLanes);
                break;
        }
    }
}

template <typename Format>
void store(const float* values, std::ptrdiff_t count, std::byte* stored)
{
    auto* result = reinterpret_cast<typename Format::Value*>(stored);
    std::ptrdiff_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        Format::store(load(values + i), result + i);
    }
    for (; i < count; ++i) {
        Format::store(values[i], result + i);
    }
}

}  // namespace
}  // namespace diffuscope::network::plan
