// The kernels' loops, to be included by one source file a generation of processors. Everything has internal
// linkage, and nothing of the standard library is used: functions compiled for a newer processor must not
// stand in for the same functions elsewhere in the program.
#pragma once

#include "core/network/plan/kernels.h"

#include <immintrin.h>

#define DIFFUSCOPE_INLINE inline __attribute__((always_inline))

namespace diffuscope::network::plan {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kMostRows = 8;  // by three registers of columns: 24 sums in 32 registers
#else
constexpr int kLanes = 8;
constexpr int kMostRows = 4;  // 12 sums in 16 registers
#endif

typedef float Register __attribute__((vector_size(kLanes * 4)));
typedef std::int32_t IntRegister __attribute__((vector_size(kLanes * 4)));
typedef float UnalignedRegister __attribute__((vector_size(kLanes * 4), aligned(4)));

DIFFUSCOPE_INLINE Register load(const float* values)
{
    return *reinterpret_cast<const UnalignedRegister*>(values);
}

DIFFUSCOPE_INLINE void save(float* values, Register what)
{
    *reinterpret_cast<UnalignedRegister*>(values) = what;
}

struct FloatFormat
{
    using Value = float;
    static constexpr int kPairing = 1;

    static DIFFUSCOPE_INLINE void multiplyAdd(Register& sum, const Value* a, const Value* matrix)
    {
        sum += *a * load(matrix);
    }
    static DIFFUSCOPE_INLINE void store(Register values, Value* stored) { save(stored, values); }
    static DIFFUSCOPE_INLINE void store(float value, Value* stored) { *stored = value; }
};

// ---- Matrix products
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

// ---- Winograd (Lavin & Gray 2016, by the Cook-Toom construction for the points of kernels.h)
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

// ---- Normalization, SiLU, softmax
// ---------------------------------------------------------------------------

DIFFUSCOPE_INLINE Register splat(float value)
{
    return value - Register{};
}

/// exp(x) to 2 units in the last place for |x| <= 87, clamped beyond: 2^k · p(r) with |r| <= 1/2.
DIFFUSCOPE_INLINE Register exponential(Register x)
{
    constexpr float kLimit = 87.0f, kLog2E = 1.44269504f, kRounder = 12582912.0f;  // 1.5 · 2^23
    x = x < -kLimit ? splat(-kLimit) : x;
    x = x > kLimit ? splat(kLimit) : x;
    const Register z = x * kLog2E;
    const Register shifted = z + kRounder;
    const Register r = (z - (shifted - kRounder)) * 0.693147181f;
    // The Taylor series of exp, whose remainder r^7/7! is below 2e-7 here.
    const Register p =
        1.0f +
        r * (1.0f + r * (0.5f + r * (1.0f / 6 + r * (1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720))))));
    return (Register)((IntRegister)p + ((IntRegister)shifted << 23));
}

DIFFUSCOPE_INLINE Register reciprocal(Register x)
{
#if defined(__AVX512F__)
    // Newton's step doubles the 14 bits of the guess.
    const auto guess = (Register)_mm512_maskz_rcp14_ps(0xffff, (__m512)x);
    return guess * (2.0f - x * guess);
#else
    return 1.0f / x;
#endif
}

void activate(const Activation& activation)
{
    const ConstImage& image = activation.x;
    for (int row = 0; row < image.height; ++row) {
        for (int column = 0; column < image.width; ++column) {
            const std::ptrdiff_t pixel = static_cast<std::ptrdiff_t>(row) * image.width + column;
            const float* x = image.values + pixel * image.stride;
            float* y = activation.y + row * activation.rowStride + column * image.channels;
            for (int c = 0; c < image.channels; c += kLanes) {
                Register u = load(x + c);
                if (activation.factor) {
                    u = load(activation.factor + c) * u + load(activation.offset + c);
                }
                save(y + c, activation.silu ? u * reciprocal(1.0f + exponential(-u)) : u);
            }
        }
    }
}

template <typename Term>
DIFFUSCOPE_INLINE void sumOver(const ConstImage& image, float* sums, Term term)
{
    const std::ptrdiff_t positions = static_cast<std::ptrdiff_t>(image.height) * image.width;
    for (int c = 0; c < image.channels; c += kLanes) {
        // Four sums side by side: each addition waits for the one before.
        Register partial[4] = {};
        std::ptrdiff_t p = 0;
        for (; p + 4 <= positions; p += 4) {
#pragma GCC unroll 4
            for (int k = 0; k < 4; ++k) {
                partial[k] += term(load(image.values + (p + k) * image.stride + c), c);
            }
        }
        for (; p < positions; ++p) {
            partial[0] += term(load(image.values + p * image.stride + c), c);
        }
        save(sums + c, (partial[0] + partial[1]) + (partial[2] + partial[3]));
    }
}

void sumPositions(const ConstImage& image, float* sums)
{
    sumOver(image, sums, [](Register x, int) { return x; });
}

void sumSquaresAround(const ConstImage& image, const float* center, float* sums)
{
    sumOver(image, sums, [center](Register x, int c) {
        const Register difference = x - load(center + c);
        return difference * difference;
    });
}

void softmax(float* rows, int rowCount, std::ptrdiff_t stride, int count)
{
    for (int r = 0; r < rowCount; ++r) {
        float* row = rows + r * stride;
        float largest = row[0];
        for (int i = 1; i < count; ++i) {
            largest = row[i] > largest ? row[i] : largest;
        }
        // Whole registers: what follows the first `count` values is padding.
        for (int i = 0; i < count; i += kLanes) {
            save(row + i, exponential(load(row + i) - largest));
        }
        float sum = 0.0f;
        for (int i = 0; i < count; ++i) {
            sum += row[i];
        }
        const float inverse = 1.0f / sum;
        for (int i = 0; i < count; ++i) {
            row[i] *= inverse;
        }
    }
}

template <typename Format>
constexpr Kernels kernelsOf(const char* name)
{
    return {.name = name,
            .lanes = kLanes,
            .pairing = Format::kPairing,
            .storedBytes = sizeof(typename Format::Value),
            .multiply = multiply<Format>,
            .multiplyFloats = multiply<FloatFormat>,
            .store = store<Format>,
            .toWinograd = toWinograd<Format>,
            .fromWinograd = fromWinograd,
            .sumPositions = sumPositions,
            .sumSquaresAround = sumSquaresAround,
            .activate = activate,
            .softmax = softmax};
}

}  // namespace
}  // namespace diffuscope::network::plan
