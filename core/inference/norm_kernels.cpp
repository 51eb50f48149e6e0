// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/norm_kernels.h"

#include <bit>

// One version of each loop per generation of x86 registers, chosen when the program is loaded. Sanitizers
// cannot instrument that choice.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__) && \
    !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define DIFFUSCOPE_VECTORIZED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DIFFUSCOPE_VECTORIZED
#endif

#define DIFFUSCOPE_INLINE inline __attribute__((always_inline))

namespace diffuscope::inference::kernels {
namespace {

// exp(x) to 2 units in the last place for |x| <= 87, clamped beyond: 2^k · p(r) with |r| <= 1/2.
DIFFUSCOPE_INLINE float exponential(float x)
{
    constexpr float limit = 87.0f, log2E = 1.44269504f, rounder = 12582912.0f;  // 1.5 · 2^23
    x = x < -limit ? -limit : x;
    x = x > limit ? limit : x;
    const float z = x * log2E;
    const float shifted = z + rounder;
    const float r = (z - (shifted - rounder)) * 0.693147181f;
    // The Taylor series of exp, whose remainder r^7/7! is below 2e-7 here.
    const float p =
        1.0f +
        r * (1.0f + r * (0.5f + r * (1.0f / 6 + r * (1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720))))));
    const uint32_t exponent = std::bit_cast<uint32_t>(shifted) << 23;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(p) + exponent);
}

DIFFUSCOPE_INLINE float sigmoid(float x)
{
    return 1.0f / (1.0f + exponential(-x));
}

}  // namespace

DIFFUSCOPE_VECTORIZED
void sumPositions(const float* __restrict x, int64_t positions, int64_t channels, float* __restrict sums)
{
    for (int64_t c = 0; c < channels; ++c)
        sums[c] = 0.0f;
    for (int64_t p = 0; p < positions; ++p)
        for (int64_t c = 0; c < channels; ++c)
            sums[c] += x[p * channels + c];
}

DIFFUSCOPE_VECTORIZED
void sumSquaresAround(const float* __restrict x, const float* __restrict center, int64_t positions,
                      int64_t channels, float* __restrict sums)
{
    for (int64_t c = 0; c < channels; ++c)
        sums[c] = 0.0f;
    for (int64_t p = 0; p < positions; ++p) {
        for (int64_t c = 0; c < channels; ++c) {
            const float difference = x[p * channels + c] - center[c];
            sums[c] += difference * difference;
        }
    }
}

DIFFUSCOPE_VECTORIZED
void affineSilu(const float* __restrict x, const float* __restrict factor, const float* __restrict offset,
                int64_t positions, int64_t channels, float* __restrict y)
{
    for (int64_t p = 0; p < positions; ++p) {
        for (int64_t c = 0; c < channels; ++c) {
            const float u = factor[c] * x[p * channels + c] + offset[c];
            y[p * channels + c] = u * sigmoid(u);
        }
    }
}

DIFFUSCOPE_VECTORIZED
void affineSiluGradient(const float* __restrict x, const float* __restrict dy, const float* __restrict factor,
                        const float* __restrict offset, int64_t positions, int64_t channels,
                        float* __restrict du, float* __restrict sumDu, float* __restrict sumDuX)
{
    for (int64_t c = 0; c < channels; ++c) {
        sumDu[c] = 0.0f;
        sumDuX[c] = 0.0f;
    }
    for (int64_t p = 0; p < positions; ++p) {
        for (int64_t c = 0; c < channels; ++c) {
            const int64_t i = p * channels + c;
            const float u = factor[c] * x[i] + offset[c];
            const float s = sigmoid(u);
            const float gradient = dy[i] * (s * (1.0f + u * (1.0f - s)));
            du[i] = gradient;
            sumDu[c] += gradient;
            sumDuX[c] += gradient * x[i];
        }
    }
}

DIFFUSCOPE_VECTORIZED
void combineGradients(const float* __restrict du, const float* __restrict x, const float* __restrict duFactor,
                      const float* __restrict xFactor, const float* __restrict offset, int64_t positions,
                      int64_t channels, float* __restrict dx)
{
    for (int64_t p = 0; p < positions; ++p) {
        for (int64_t c = 0; c < channels; ++c) {
            const int64_t i = p * channels + c;
            dx[i] = duFactor[c] * du[i] + xFactor[c] * x[i] + offset[c];
        }
    }
}

DIFFUSCOPE_VECTORIZED
void widen(const uint16_t* __restrict values, int64_t count, float* __restrict result)
{
    for (int64_t i = 0; i < count; ++i)
        result[i] = std::bit_cast<float>(static_cast<uint32_t>(values[i]) << 16);
}

DIFFUSCOPE_VECTORIZED
void narrow(const float* __restrict values, int64_t count, uint16_t* __restrict result)
{
    for (int64_t i = 0; i < count; ++i) {
        const uint32_t bits = std::bit_cast<uint32_t>(values[i]);
        result[i] = static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
    }
}

}  // namespace diffuscope::inference::kernels
