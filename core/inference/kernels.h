// SPDX-License-Identifier: GPL-3.0-or-later
// The loops of an inference plan, in one version for each generation of processors: matrix products,
// Winograd's transforms, normalization. No torch in here.
//
// Images are [height][width][channels]; channels are a multiple of laneMultiple. What goes into products is
// stored in the kernels' own format: float32, or bfloat16 (products are then summed in float32).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace diffuscope::inference {

inline constexpr int laneMultiple = 16;

/// Winograd's F(4×4, 3×3): a tile of 4×4 results from 6×6 values, by 36 products a channel in place of 144.
inline constexpr int tileSide = 4;
inline constexpr int tileInput = tileSide + 2;
inline constexpr int tileProducts = tileInput * tileInput;
/// Its interpolation points are 0, ±nearPoint, ±farPoint and infinity: half the rounding error of ±1, ±2.
inline constexpr float nearPoint = 0.75f;
inline constexpr float farPoint = 1.5f;

static constexpr int tilesOf(int pixels)
{
    return (pixels + tileSide - 1) / tileSide;
}

/// A packed matrix consists of panels of up to three registers' columns, as even as can be.
static constexpr int panelCount(int registers)
{
    return (registers + 2) / 3;
}
static constexpr int firstRegisterOfPanel(int panel, int registers)
{
    return panel * registers / panelCount(registers);
}

/// result[r, j] = sum over i of rows[r, i] · matrix[i, j], + bias[j], + addend[r, j].
struct Product
{
    const std::byte* rows = nullptr;  ///< stored values
    std::ptrdiff_t rowStride = 0;     ///< in values
    int rowCount = 0;
    int depth = 0;                      ///< even for bfloat16
    const std::byte* matrix = nullptr;  ///< packed, see PackedMatrix
    int columns = 0;                    ///< of the matrix, a multiple of the lanes
    int firstColumn = 0;                ///< j of those that are computed: a multiple of the lanes …
    int lastColumn = columns;           ///< … and so is their end
    float* result = nullptr;
    std::ptrdiff_t resultStride = 0;
    const float* bias = nullptr;    ///< may be null
    const float* addend = nullptr;  ///< may be null, may be the result
    std::ptrdiff_t addendStride = 0;
};

/// Some tiles of a padded image [4·tilesY + 2][4·tilesX + 2][channels], transformed.
struct WinogradInput
{
    const float* padded = nullptr;
    int tilesX = 0, channels = 0;
    int firstTile = 0, lastTile = 0;
    std::byte* values = nullptr;  ///< stored, [tileProducts][…][channels], at the first of these tiles
    std::ptrdiff_t plane = 0;     ///< values from one of the tileProducts to the next
};

/// The transformed sums of products of some of an image's tiles back to pixels, + bias, + addend.
struct WinogradOutput
{
    const float* sums = nullptr;  ///< [tileProducts][…][tileStride], at the first of these tiles
    std::ptrdiff_t plane = 0, tileStride = 0;
    int firstTile = 0, lastTile = 0;
    int height = 0, width = 0, channels = 0;
    const float* bias = nullptr;      ///< [channels]
    const float* addend = nullptr;    ///< may be null, may be the result
    std::ptrdiff_t addendStride = 0;  ///< from pixel to pixel
    float* result = nullptr;
    std::ptrdiff_t resultStride = 0;
};

/// Kernels 3×3, transformed for Winograd: taps [9][tapStride] → [tileProducts][plane], `count` of each.
struct WinogradTaps
{
    const float* taps = nullptr;
    std::ptrdiff_t tapStride = 0;
    int count = 0;  ///< a multiple of the lanes
    float* transformed = nullptr;
    std::ptrdiff_t plane = 0;
};

/// An image whose pixels are `stride` values apart.
struct ConstImage
{
    const float* values = nullptr;
    std::ptrdiff_t stride = 0;
    int height = 0, width = 0, channels = 0;
};

/// y = factor · x + offset, through SiLU if so wished, into rows that are rowStride values apart.
struct Activation
{
    ConstImage x;
    const float* factor = nullptr;  ///< [channels]; null together with offset: a copy
    const float* offset = nullptr;
    bool silu = false;
    float* y = nullptr;
    std::ptrdiff_t rowStride = 0;
};

struct Kernels
{
    const char* name;
    int lanes;        ///< float32 values in a register
    int pairing;      ///< consecutive values of the depth that lie side by side in a packed matrix
    int storedBytes;  ///< of one stored value
    void (*multiply)(const Product&);
    void (*multiplyFloats)(const Product&);  ///< the same with float32 as the stored format, one side by side
    void (*store)(const float* values, std::ptrdiff_t count, std::byte* stored);
    void (*transformTaps)(const WinogradTaps&);
    void (*toWinograd)(const WinogradInput&);
    void (*fromWinograd)(const WinogradOutput&);
    /// Sums [channels] of the differences from the first pixel, and of their squares, over all pixels.
    void (*sumMoments)(const ConstImage&, float* sums, float* squares);
    void (*activate)(const Activation&);
    /// The first `count` values of each row become exp(x − max) / sum. Rows are padded to laneMultiple.
    void (*softmax)(float* rows, int rowCount, std::ptrdiff_t stride, int count);
};

/// Those in float32 that this processor, and what this program was built for, can run; the fastest first.
std::vector<const Kernels*> supportedFloatKernels();
/// The fastest; null where there are none.
const Kernels* floatKernels();
const Kernels* bfloat16Kernels();

// One a source file, each compiled for its own processors.
extern const Kernels avx2Kernels;
extern const Kernels avx512Kernels;
extern const Kernels avx512BFloat16Kernels;

}  // namespace diffuscope::inference
