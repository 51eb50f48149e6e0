// SPDX-License-Identifier: GPL-3.0-or-later
// Winograd's transforms (Lavin & Gray 2016), by the Cook-Toom construction for the points of kernels.h.
#pragma once

#include "core/inference/kernel_registers.h"

namespace diffuscope::inference {
namespace {

// -----------------

constexpr float near2 = nearPoint * nearPoint, near3 = near2 * nearPoint;
constexpr float far2 = farPoint * farPoint, far3 = far2 * farPoint;
constexpr int halfTile = tileInput / 2;

/// G g: row p holds 1, p, p² divided by the product of (p − q) over the other points q; the last is
/// infinity's.
DIFFUSCOPE_INLINE void transformTap(Register a, Register b, Register c, Register (&result)[tileInput])
{
    constexpr float nearScale = 1.0f / (2.0f * near2 * (near2 - far2));
    constexpr float farScale = 1.0f / (2.0f * far2 * (far2 - near2));
    const Register nearEven = nearScale * (a + near2 * c), nearOdd = (nearScale * nearPoint) * b;
    const Register farEven = farScale * (a + far2 * c), farOdd = (farScale * farPoint) * b;
    result[0] = a * (1.0f / (near2 * far2));
    result[1] = nearEven + nearOdd;
    result[2] = nearEven - nearOdd;
    result[3] = farEven + farOdd;
    result[4] = farEven - farOdd;
    result[5] = c;
}

void transformTaps(const WinogradTaps& taps)
{
    for (int i = 0; i < taps.count; i += lanes) {
        Register rows[3][tileInput];
#pragma GCC unroll 3
        for (int x = 0; x < 3; ++x) {
            const float* column = taps.taps + x * taps.tapStride + i;
            transformTap(load(column), load(column + 3 * taps.tapStride), load(column + 6 * taps.tapStride),
                         rows[x]);
        }
#pragma GCC unroll 6
        for (int y = 0; y < tileInput; ++y) {
            Register line[tileInput];
            transformTap(rows[0][y], rows[1][y], rows[2][y], line);
#pragma GCC unroll 6
            for (int x = 0; x < tileInput; ++x)
                save(taps.transformed + (y * tileInput + x) * taps.plane + i, line[x]);
        }
    }
}

/// Rows 0 to 2 (of the points 0 and ±nearPoint) or 3 to 5 (±farPoint and ∞) of Bᵀ d, whose row p ≠ ∞ holds
/// the coefficients of the product of (x − q) over the other points q.
template <bool isFar>
DIFFUSCOPE_INLINE void transformInput(const Register (&d)[tileInput], Register (&v)[halfTile])
{
    constexpr float point = isFar ? farPoint : nearPoint, other2 = isFar ? near2 : far2;
    const Register even = d[4] - other2 * d[2], odd = point * (d[3] - other2 * d[1]);
    const Register plus = even + odd, minus = even - odd;
    if constexpr (isFar) {
        v[0] = plus;
        v[1] = minus;
        v[2] = (near2 * far2) * d[1] - (near2 + far2) * d[3] + d[5];
    } else {
        v[0] = (near2 * far2) * d[0] - (near2 + far2) * d[2] + d[4];
        v[1] = plus;
        v[2] = minus;
    }
}

/// Half of a tile's 36 transformed values, so that what lies between the two directions stays in registers.
template <typename Format, bool isFar>
DIFFUSCOPE_INLINE void transformTile(const float* corner, std::ptrdiff_t rowStride, std::ptrdiff_t channels,
                                     typename Format::Value* values, std::ptrdiff_t plane)
{
    constexpr int firstValue = isFar ? halfTile : 0;
    Register rows[halfTile][tileInput];
#pragma GCC unroll 6
    for (int j = 0; j < tileInput; ++j) {
        Register d[tileInput] = {}, v[halfTile];
#pragma GCC unroll 6
        for (int i = isFar; i < tileInput - !isFar; ++i)
            d[i] = load(corner + i * rowStride + j * channels);
        transformInput<isFar>(d, v);
#pragma GCC unroll 3
        for (int i = 0; i < halfTile; ++i)
            rows[i][j] = v[i];
    }
#pragma GCC unroll 3
    for (int i = 0; i < halfTile; ++i) {
        Register near[halfTile], far[halfTile];
        transformInput<false>(rows[i], near);
        transformInput<true>(rows[i], far);
        typename Format::Value* row = values + (firstValue + i) * tileInput * plane;
#pragma GCC unroll 3
        for (int j = 0; j < halfTile; ++j) {
            Format::store(near[j], row + j * plane);
            Format::store(far[j], row + (halfTile + j) * plane);
        }
    }
}

template <typename Format>
void toWinograd(const WinogradInput& input)
{
    const std::ptrdiff_t channels = input.channels;
    const std::ptrdiff_t rowStride = (tileSide * input.tilesX + 2) * channels;
    auto* values = reinterpret_cast<typename Format::Value*>(input.values);
    for (int tile = input.firstTile; tile < input.lastTile; ++tile, values += channels) {
        const int y = tile / input.tilesX * tileSide, x = tile % input.tilesX * tileSide;
        const float* corner = input.padded + y * rowStride + x * channels;
        for (std::ptrdiff_t c = 0; c < channels; c += lanes) {
            transformTile<Format, false>(corner + c, rowStride, channels, values + c, input.plane);
            transformTile<Format, true>(corner + c, rowStride, channels, values + c, input.plane);
        }
    }
}

/// Aᵀ m: result i is the sum over the points p of pⁱ m_p, and of ∞ in the last.
DIFFUSCOPE_INLINE void transformOutput(const Register (&m)[tileInput], Register (&y)[tileSide])
{
    const Register nearSum = m[1] + m[2], nearDifference = m[1] - m[2];
    const Register farSum = m[3] + m[4], farDifference = m[3] - m[4];
    y[0] = m[0] + nearSum + farSum;
    y[1] = nearPoint * nearDifference + farPoint * farDifference;
    y[2] = near2 * nearSum + far2 * farSum;
    y[3] = near3 * nearDifference + far3 * farDifference + m[5];
}

/// Row i of the transformed sums of a tile, transformed along x.
DIFFUSCOPE_INLINE void transformSumRow(const float* sums, std::ptrdiff_t plane, int i,
                                       Register (&row)[tileSide])
{
    Register m[tileInput];
#pragma GCC unroll 6
    for (int j = 0; j < tileInput; ++j)
        m[j] = load(sums + (i * tileInput + j) * plane);
    transformOutput(m, row);
}

/// The 4×4 results of a tile; rows are added to them as they come, so that they stay in registers.
DIFFUSCOPE_INLINE void transformSums(const float* sums, std::ptrdiff_t plane,
                                     Register (&y)[tileSide][tileSide])
{
    Register first[tileSide], plus[tileSide], minus[tileSide], last[tileSide];
    transformSumRow(sums, plane, 0, first);
    transformSumRow(sums, plane, 1, plus);
    transformSumRow(sums, plane, 2, minus);
#pragma GCC unroll 4
    for (int j = 0; j < tileSide; ++j) {
        const Register sum = plus[j] + minus[j], difference = plus[j] - minus[j];
        y[0][j] = first[j] + sum;
        y[1][j] = nearPoint * difference;
        y[2][j] = near2 * sum;
        y[3][j] = near3 * difference;
    }
    transformSumRow(sums, plane, 3, plus);
    transformSumRow(sums, plane, 4, minus);
#pragma GCC unroll 4
    for (int j = 0; j < tileSide; ++j) {
        const Register sum = plus[j] + minus[j], difference = plus[j] - minus[j];
        y[0][j] += sum;
        y[1][j] += farPoint * difference;
        y[2][j] += far2 * sum;
        y[3][j] += far3 * difference;
    }
    transformSumRow(sums, plane, 5, last);
#pragma GCC unroll 4
    for (int j = 0; j < tileSide; ++j)
        y[3][j] += last[j];
}

/// The 4×4 results of a tile and lanes channels, of which those inside the image are kept.
DIFFUSCOPE_INLINE void saveTile(const WinogradOutput& output, const Register (&y)[tileSide][tileSide],
                                int top, int left, std::ptrdiff_t c)
{
    const Register bias = load(output.bias + c);
#pragma GCC unroll 4
    for (int i = 0; i < tileSide; ++i) {
        if (top + i >= output.height)
            break;
        const std::ptrdiff_t pixel = static_cast<std::ptrdiff_t>(top + i) * output.width + left;
#pragma GCC unroll 4
        for (int j = 0; j < tileSide; ++j) {
            if (left + j < output.width) {
                Register sum = y[i][j] + bias;
                if (output.addend)
                    sum += load(output.addend + (pixel + j) * output.addendStride + c);
                save(output.result + (pixel + j) * output.resultStride + c, sum);
            }
        }
    }
}

void fromWinograd(const WinogradOutput& output)
{
    const int tilesX = tilesOf(output.width);
    const std::ptrdiff_t channels = output.channels;
    const float* sums = output.sums;
    for (int tile = output.firstTile; tile < output.lastTile; ++tile, sums += output.tileStride) {
        for (std::ptrdiff_t c = 0; c < channels; c += lanes) {
            Register y[tileSide][tileSide];
            transformSums(sums + c, output.plane, y);
            saveTile(output, y, tile / tilesX * tileSide, tile % tilesX * tileSide, c);
        }
    }
}

}  // namespace
}  // namespace diffuscope::inference
