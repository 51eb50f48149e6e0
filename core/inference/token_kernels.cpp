// SPDX-License-Identifier: GPL-3.0-or-later
// Loops over tokens, written for the compiler's vectorizer.
#include "core/inference/token_kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

// One version of each loop per generation of x86 registers, chosen when the program is loaded. Sanitizers
// cannot instrument that choice.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__) && \
    !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define DIFFUSCOPE_TOKEN_LOOPS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DIFFUSCOPE_TOKEN_LOOPS
#endif
#define DIFFUSCOPE_TOKEN_INLINE inline __attribute__((always_inline))

namespace diffuscope::inference::kernels {
namespace {

constexpr float normEpsilon = 1e-6f;
constexpr std::int64_t lanes = 16;
/// A product's registers: so many rows of so many vectors.
constexpr std::int64_t blockRows = 4, blockVectors = 2;

using Vector = float __attribute__((vector_size(64), aligned(4), may_alias));

/// exp(x) to 2 units in the last place for |x| <= 87, clamped beyond: 2^k · p(r) with |r| <= 1/2.
DIFFUSCOPE_TOKEN_INLINE float exponentialOf(float x)
{
    constexpr float limit = 87.0f, log2E = 1.44269504f, rounder = 12582912.0f;  // 1.5 · 2^23
    x = x < -limit ? -limit : x;
    x = x > limit ? limit : x;
    const float z = x * log2E, shifted = z + rounder;
    const float r = (z - (shifted - rounder)) * 0.693147181f;
    const float p =
        1.0f +
        r * (1.0f + r * (0.5f + r * (1.0f / 6 + r * (1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720))))));
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(p) +
                                (std::bit_cast<std::uint32_t>(shifted) << 23));
}

/// x · gelu'(x) and gelu(x) need the same sigmoid: gelu(x) = x · sigmoid(2√(2/π)(x + 0.044715 x³)).
DIFFUSCOPE_TOKEN_INLINE float geluShare(float x)
{
    constexpr float factor = 1.5957691216f, cubic = 0.044715f;
    return 1.0f / (1.0f + exponentialOf(-factor * (x + cubic * x * x * x)));
}

/// a(i, k) = a[i · row + k · step].
struct Strided
{
    const float* values;
    std::int64_t row, step;
};

/// c [rows, vectors · lanes] = sum over k < depth of a(i, k) · b[k, …], c and b with rows of so many values.
template <std::int64_t rows, std::int64_t vectors>
DIFFUSCOPE_TOKEN_INLINE void multiplyBlock(Strided a, const float* b, std::int64_t bRow, std::int64_t depth,
                                           float* c, std::int64_t cRow)
{
    Vector sums[rows][vectors] = {};
    for (std::int64_t k = 0; k < depth; ++k) {
        for (std::int64_t v = 0; v < vectors; ++v) {
            const Vector column = *reinterpret_cast<const Vector*>(b + k * bRow + v * lanes);
#pragma GCC unroll 4
            for (std::int64_t i = 0; i < rows; ++i)
                sums[i][v] += a.values[i * a.row + k * a.step] * column;
        }
    }
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t v = 0; v < vectors; ++v)
            *reinterpret_cast<Vector*>(c + i * cRow + v * lanes) = sums[i][v];
}

template <std::int64_t vectors>
DIFFUSCOPE_TOKEN_INLINE void multiplyColumns(Strided a, const float* b, std::int64_t bRow, std::int64_t rows,
                                             std::int64_t depth, float* c, std::int64_t cRow)
{
    std::int64_t i = 0;
    for (; i + blockRows <= rows; i += blockRows)
        multiplyBlock<blockRows, vectors>({a.values + i * a.row, a.row, a.step}, b, bRow, depth, c + i * cRow,
                                          cRow);
    for (; i < rows; ++i)
        multiplyBlock<1, vectors>({a.values + i * a.row, a.row, a.step}, b, bRow, depth, c + i * cRow, cRow);
}

/// c [rows, columns] = a · b [depth, columns]; columns a multiple of the lanes.
DIFFUSCOPE_TOKEN_INLINE void multiply(Strided a, const float* b, std::int64_t bRow, std::int64_t rows,
                                      std::int64_t depth, std::int64_t columns, float* c, std::int64_t cRow)
{
    std::int64_t j = 0;
    for (; j + blockVectors * lanes <= columns; j += blockVectors * lanes)
        multiplyColumns<blockVectors>(a, b + j, bRow, rows, depth, c + j, cRow);
    for (; j < columns; j += lanes)
        multiplyColumns<1>(a, b + j, bRow, rows, depth, c + j, cRow);
}

/// target [headWidth, padded] = source [tokens, headWidth], turned; the padding is 0.
DIFFUSCOPE_TOKEN_INLINE void transposeHead(const float* source, std::int64_t row, const AttentionShape& shape,
                                           float* target)
{
    const std::int64_t padded = shape.paddedTokens();
    for (std::int64_t i = 0; i < shape.headWidth; ++i) {
        for (std::int64_t token = 0; token < shape.tokens; ++token)
            target[i * padded + token] = source[token * row + i];
        for (std::int64_t token = shape.tokens; token < padded; ++token)
            target[i * padded + token] = 0.0f;
    }
}

DIFFUSCOPE_TOKEN_INLINE void softmaxRow(float* row, std::int64_t count, std::int64_t padded, float scale)
{
    float highest = row[0];
#pragma omp simd reduction(max : highest)
    for (std::int64_t k = 0; k < count; ++k)
        highest = row[k] > highest ? row[k] : highest;
    float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t k = 0; k < count; ++k) {
        row[k] = exponentialOf(scale * (row[k] - highest));
        sum += row[k];
    }
    const float inverse = 1.0f / sum;
#pragma omp simd
    for (std::int64_t k = 0; k < count; ++k)
        row[k] *= inverse;
    for (std::int64_t k = count; k < padded; ++k)
        row[k] = 0.0f;
}

/// d row = scale · w · (d row − Σ w · d row).
DIFFUSCOPE_TOKEN_INLINE void softmaxRowGradient(const float* weights, std::int64_t padded, float scale,
                                                float* gradient)
{
    float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t k = 0; k < padded; ++k)
        sum += weights[k] * gradient[k];
#pragma omp simd
    for (std::int64_t k = 0; k < padded; ++k)
        gradient[k] = scale * weights[k] * (gradient[k] - sum);
}

}  // namespace

DIFFUSCOPE_TOKEN_LOOPS
void normalizeTokens(const float* __restrict x, const float* __restrict scale, const float* __restrict shift,
                     TokenShape shape, float* __restrict y, float* __restrict moments)
{
    const std::int64_t width = shape.width;
    for (std::int64_t token = 0; token < shape.count; ++token, x += width, y += width) {
        float sum = 0.0f, squares = 0.0f;
#pragma omp simd reduction(+ : sum)
        for (std::int64_t i = 0; i < width; ++i)
            sum += x[i];
        const float mean = sum / static_cast<float>(width);
#pragma omp simd reduction(+ : squares)
        for (std::int64_t i = 0; i < width; ++i)
            squares += (x[i] - mean) * (x[i] - mean);
        const float inverse = 1.0f / std::sqrt(squares / static_cast<float>(width) + normEpsilon);
#pragma omp simd
        for (std::int64_t i = 0; i < width; ++i)
            y[i] = (x[i] - mean) * inverse * (1.0f + scale[i]) + shift[i];
        moments[2 * token] = mean;
        moments[2 * token + 1] = inverse;
    }
}

DIFFUSCOPE_TOKEN_LOOPS
void normalizeTokensGradient(const float* __restrict x, const float* __restrict dy,
                             const float* __restrict scale, const float* __restrict moments, TokenShape shape,
                             float* __restrict dx, float* __restrict dScale, float* __restrict dShift)
{
    const std::int64_t width = shape.width;
    const float share = 1.0f / static_cast<float>(width);
    for (std::int64_t token = 0; token < shape.count; ++token, x += width, dy += width, dx += width) {
        const float mean = moments[2 * token], inverse = moments[2 * token + 1];
        float sum = 0.0f, product = 0.0f;
#pragma omp simd reduction(+ : sum, product)
        for (std::int64_t i = 0; i < width; ++i) {
            const float normal = (x[i] - mean) * inverse;
            const float gradient = dy[i] * (1.0f + scale[i]);
            sum += gradient;
            product += gradient * normal;
            dScale[i] += dy[i] * normal;
            dShift[i] += dy[i];
        }
        const float meanGradient = sum * share, meanProduct = product * share;
#pragma omp simd
        for (std::int64_t i = 0; i < width; ++i) {
            const float normal = (x[i] - mean) * inverse;
            dx[i] = inverse * (dy[i] * (1.0f + scale[i]) - meanGradient - normal * meanProduct);
        }
    }
}

DIFFUSCOPE_TOKEN_LOOPS
void addGated(const float* __restrict x, const float* __restrict branch, const float* __restrict gate,
              TokenShape shape, float* __restrict y)
{
    for (std::int64_t token = 0; token < shape.count; ++token)
        for (std::int64_t i = 0; i < shape.width; ++i) {
            const std::int64_t place = token * shape.width + i;
            y[place] = x[place] + gate[i] * branch[place];
        }
}

DIFFUSCOPE_TOKEN_LOOPS
void addGatedInPlace(float* __restrict x, const float* __restrict branch, const float* __restrict gate,
                     TokenShape shape)
{
    for (std::int64_t token = 0; token < shape.count; ++token)
        for (std::int64_t i = 0; i < shape.width; ++i)
            x[token * shape.width + i] += gate[i] * branch[token * shape.width + i];
}

DIFFUSCOPE_TOKEN_LOOPS
void addGatedGradient(const float* __restrict branch, const float* __restrict dy,
                      const float* __restrict gate, TokenShape shape, float* __restrict dBranch,
                      float* __restrict dGate)
{
    for (std::int64_t token = 0; token < shape.count; ++token)
        for (std::int64_t i = 0; i < shape.width; ++i) {
            const std::int64_t place = token * shape.width + i;
            dBranch[place] = gate[i] * dy[place];
            dGate[i] += branch[place] * dy[place];
        }
}

DIFFUSCOPE_TOKEN_LOOPS
void gelu(const float* __restrict x, std::int64_t count, float* __restrict y)
{
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i)
        y[i] = x[i] * geluShare(x[i]);
}

DIFFUSCOPE_TOKEN_LOOPS
void geluInPlace(float* x, std::int64_t count)
{
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i)
        x[i] *= geluShare(x[i]);
}

DIFFUSCOPE_TOKEN_LOOPS
void geluGradient(const float* __restrict x, const float* __restrict dy, std::int64_t count,
                  float* __restrict dx)
{
    constexpr float factor = 1.5957691216f, cubic = 3.0f * 0.044715f;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
        const float share = geluShare(x[i]);
        dx[i] = dy[i] * (share + x[i] * share * (1.0f - share) * factor * (1.0f + cubic * x[i] * x[i]));
    }
}

DIFFUSCOPE_TOKEN_LOOPS
void attendTokens(const float* queryKeyValue, AttentionShape shape, float* weights, float* scratch,
                  float* result)
{
    const std::int64_t width = shape.width(), row = 3 * width, padded = shape.paddedTokens();
    const float scale = 1.0f / std::sqrt(static_cast<float>(shape.headWidth));
    for (std::int64_t head = 0; head < shape.heads; ++head) {
        const float* query = queryKeyValue + head * shape.headWidth;
        float* own = weights + head * shape.tokens * padded;
        transposeHead(query + width, row, shape, scratch);
        multiply({query, row, 1}, scratch, padded, shape.tokens, shape.headWidth, padded, own, padded);
        for (std::int64_t token = 0; token < shape.tokens; ++token)
            softmaxRow(own + token * padded, shape.tokens, padded, scale);
        multiply({own, padded, 1}, query + 2 * width, row, shape.tokens, shape.tokens, shape.headWidth,
                 result + head * shape.headWidth, width);
    }
}

DIFFUSCOPE_TOKEN_LOOPS
void attendTokensGradient(const float* queryKeyValue, const float* weights, const float* dResult,
                          AttentionShape shape, float* scratch, float* gradient)
{
    const std::int64_t width = shape.width(), row = 3 * width, padded = shape.paddedTokens();
    const std::int64_t tokens = shape.tokens, headWidth = shape.headWidth;
    const float scale = 1.0f / std::sqrt(static_cast<float>(headWidth));
    float* turned = scratch;
    float* dScores = scratch + headWidth * padded;
    for (std::int64_t head = 0; head < shape.heads; ++head) {
        const float* query = queryKeyValue + head * headWidth;
        const float* own = weights + head * tokens * padded;
        const float* incoming = dResult + head * headWidth;
        float* target = gradient + head * headWidth;
        // dV = Wᵀ · dO, dW = dO · Vᵀ, then through the softmax: dQ = dS · K, dK = dSᵀ · Q.
        multiply({own, 1, padded}, incoming, width, tokens, tokens, headWidth, target + 2 * width, row);
        transposeHead(query + 2 * width, row, shape, turned);
        multiply({incoming, width, 1}, turned, padded, tokens, headWidth, padded, dScores, padded);
        for (std::int64_t token = 0; token < tokens; ++token)
            softmaxRowGradient(own + token * padded, padded, scale, dScores + token * padded);
        multiply({dScores, padded, 1}, query + width, row, tokens, tokens, headWidth, target, row);
        multiply({dScores, 1, padded}, query, row, tokens, tokens, headWidth, target + width, row);
    }
}

}  // namespace diffuscope::inference::kernels
