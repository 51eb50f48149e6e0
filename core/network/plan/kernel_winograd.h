// Winograd's transforms (Lavin & Gray 2016), by the Cook-Toom construction for the points of kernels.h.
#pragma once

#include "core/network/plan/kernel_registers.h"

namespace diffuscope::network::plan {
namespace {

// -----------------

constexpr float kNear2 = kNearPoint * kNearPoint, kNear3 = kNear2 * kNearPoint;
constexpr float kFar2 = kFarPoint * kFarPoint, kFar3 = kFar2 * kFarPoint;

/// Bᵀ d: row p ≠ ∞ holds the coefficients of the product of (x − q) over the other points q.
DIFFUSCOPE_INLINE void transformInput(const Register (&d)[kTileInput], Register (&v)[kTileInput])
{
    const Register nearEven = d[4] - kFar2 * d[2], nearOdd = kNearPoint * (d[3] - kFar2 * d[1]);
    const Register farEven = d[4] - kNear2 * d[2], farOdd = kFarPoint * (d[3] - kNear2 * d[1]);
    v[0] = (kNear2 * kFar2) * d[0] - (kNear2 + kFar2) * d[2] + d[4];
    v[1] = nearEven + nearOdd;
    v[2] = nearEven - nearOdd;
    v[3] = farEven + farOdd;
    v[4] = farEven - farOdd;
    v[5] = (kNear2 * kFar2) * d[1] - (kNear2 + kFar2) * d[3] + d[5];
}

/// Aᵀ m: result i is the sum over the points p of pⁱ m_p, and of ∞ in the last.
DIFFUSCOPE_INLINE void transformOutput(const Register (&m)[kTileInput], Register (&y)[kTile])
{
    const Register nearSum = m[1] + m[2], nearDifference = m[1] - m[2];
    const Register farSum = m[3] + m[4], farDifference = m[3] - m[4];
    y[0] = m[0] + nearSum + farSum;
    y[1] = kNearPoint * nearDifference + kFarPoint * farDifference;
    y[2] = kNear2 * nearSum + kFar2 * farSum;
    y[3] = kNear3 * nearDifference + kFar3 * farDifference + m[5];
}

template <typename Format>
void toWinograd(const WinogradInput& input)
{
    using Value = typename Format::Value;
    const std::ptrdiff_t channels = input.channels;
    const std::ptrdiff_t rowStride = (kTile * input.tilesX + 2) * channels;
    auto* values = reinterpret_cast<Value*>(input.values);
    for (int tile = 0; tile < input.tilesY * input.tilesX; ++tile) {
        const int y = tile / input.tilesX * kTile, x = tile % input.tilesX * kTile;
        for (std::ptrdiff_t c = 0; c < channels; c += kLanes) {
            const float* corner = input.padded + y * rowStride + x * channels + c;
            Register columns[kTileInput][kTileInput];
            for (int j = 0; j < kTileInput; ++j) {
                Register d[kTileInput], v[kTileInput];
#pragma GCC unroll 6
                for (int i = 0; i < kTileInput; ++i) {
                    d[i] = load(corner + i * rowStride + j * channels);
                }
                transformInput(d, v);
#pragma GCC unroll 6
                for (int i = 0; i < kTileInput; ++i) {
                    columns[i][j] = v[i];
                }
            }
            for (int i = 0; i < kTileInput; ++i) {
                Register v[kTileInput];
                transformInput(columns[i], v);
#pragma GCC unroll 6
                for (int j = 0; j < kTileInput; ++j) {
                    Format::store(v[j], values + (i * kTileInput + j) * input.plane + tile * channels + c);
                }
            }
        }
    }
}

/// The 4×4 results of a tile and kLanes channels, of which those inside the image are kept.
DIFFUSCOPE_INLINE void saveTile(const WinogradOutput& output, const Register (&columns)[kTile][kTileInput],
                                int top, int left, std::ptrdiff_t c)
{
    const Register bias = load(output.bias + c);
    for (int i = 0; i < kTile && top + i < output.height; ++i) {
        Register y[kTile];
        transformOutput(columns[i], y);
        const std::ptrdiff_t pixel = static_cast<std::ptrdiff_t>(top + i) * output.width + left;
#pragma GCC unroll 4
        for (int j = 0; j < kTile; ++j) {
            if (left + j < output.width) {
                Register sum = y[j] + bias;
                if (output.addend) {
                    sum += load(output.addend + (pixel + j) * output.addendStride + c);
                }
                save(output.result + (pixel + j) * output.resultStride + c, sum);
            }
        }
    }
}

void fromWinograd(const WinogradOutput& output)
{
    const int tilesX = tilesOf(output.width);
    const std::ptrdiff_t channels = output.channels;
    for (int tile = 0; tile < tilesOf(output.height) * tilesX; ++tile) {
        for (std::ptrdiff_t c = 0; c < channels; c += kLanes) {
            const float* sums = output.sums + tile * channels + c;
            Register columns[kTile][kTileInput];
            for (int j = 0; j < kTileInput; ++j) {
                Register m[kTileInput], y[kTile];
#pragma GCC unroll 6
                for (int i = 0; i < kTileInput; ++i) {
                    m[i] = load(sums + (i * kTileInput + j) * output.plane);
                }
                transformOutput(m, y);
#pragma GCC unroll 4
                for (int i = 0; i < kTile; ++i) {
                    columns[i][j] = y[i];
                }
            }
            saveTile(output, columns, tile / tilesX * kTile, tile % tilesX * kTile, c);
        }
    }
}

}  // namespace
}  // namespace diffuscope::network::plan
