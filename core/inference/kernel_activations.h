// SPDX-License-Identifier: GPL-3.0-or-later
// Sums over positions, SiLU and softmax.
#pragma once

#include "core/inference/kernel_registers.h"

namespace diffuscope::inference {
namespace {

// ---------------------------------------------------------------------------

DIFFUSCOPE_INLINE Register splat(float value)
{
    return value - Register{};
}

/// 2^z to 2 units in the last place for |z| <= 115, clamped beyond (far from numbers that are slow): 2^k ·
/// p(f), |f| <= 1/2.
DIFFUSCOPE_INLINE Register powerOfTwo(Register z)
{
    constexpr float limit = 115.0f, rounder = 12582912.0f;  // 1.5 · 2^23
    constexpr float ln2 = 0.693147181f, ln2Squared = ln2 * ln2, ln2Cubed = ln2Squared * ln2;
    const Register clamped = smallest(splat(limit), largest(splat(-limit), z));
    const Register shifted = clamped + rounder;
    const Register f = clamped - (shifted - rounder);
    // The Taylor series of 2^f, whose remainder (f ln 2)^7/7! is below 2e-7 here.
    const Register p =
        1.0f +
        f * (ln2 + f * (ln2Squared / 2 + f * (ln2Cubed / 6 + f * (ln2Squared * ln2Squared / 24 +
                                                                  f * (ln2Squared * ln2Cubed / 120 +
                                                                       f * (ln2Cubed * ln2Cubed / 720))))));
    return (Register)((IntRegister)p + ((IntRegister)shifted << 23));
}

constexpr float log2E = 1.44269504f;

DIFFUSCOPE_INLINE Register exponential(Register x)
{
    return powerOfTwo(x * log2E);
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

DIFFUSCOPE_INLINE Register FloatFormat::silu(Register u)
{
    return u * reciprocal(1.0f + powerOfTwo(u * -log2E));
}

template <typename Format, bool affine, bool silu>
void activateEach(const Activation& activation)
{
    const ConstImage& image = activation.x;
    const std::ptrdiff_t channels = image.channels;
    for (int row = 0; row < image.height; ++row) {
        const float* x = image.values + static_cast<std::ptrdiff_t>(row) * image.width * image.stride;
        float* y = activation.y + row * activation.rowStride;
        for (int column = 0; column < image.width; ++column, x += image.stride, y += channels) {
#pragma GCC unroll 2
            for (std::ptrdiff_t c = 0; c < channels; c += lanes) {
                Register u = load(x + c);
                if constexpr (affine)
                    u = load(activation.factor + c) * u + load(activation.offset + c);
                save(y + c, silu ? Format::silu(u) : u);
            }
        }
    }
}

template <typename Format>
void activate(const Activation& activation)
{
    if (activation.silu) {
        activation.factor ? activateEach<Format, true, true>(activation)
                          : activateEach<Format, false, true>(activation);
    } else {
        activation.factor ? activateEach<Format, true, false>(activation)
                          : activateEach<Format, false, false>(activation);
    }
}

/// The moments of `width` registers of channels, over every other pixel each: additions wait for one another.
template <std::ptrdiff_t width>
DIFFUSCOPE_INLINE void sumColumnMoments(const ConstImage& image, std::ptrdiff_t c, float* sums,
                                        float* squares)
{
    const std::ptrdiff_t positions = static_cast<std::ptrdiff_t>(image.height) * image.width;
    const float* x = image.values + c;
    Register center[width], sum[2][width] = {}, square[2][width] = {};
#pragma GCC unroll 3
    for (std::ptrdiff_t k = 0; k < width; ++k)
        center[k] = load(x + k * lanes);
    for (std::ptrdiff_t p = 0; p < positions; p += 2) {
        const bool isPair = p + 1 < positions;
#pragma GCC unroll 2
        for (int odd = 0; odd < 2; ++odd, x += image.stride) {
            if (odd && !isPair)
                break;
#pragma GCC unroll 3
            for (std::ptrdiff_t k = 0; k < width; ++k) {
                const Register difference = load(x + k * lanes) - center[k];
                sum[odd][k] += difference;
                square[odd][k] += difference * difference;
            }
        }
    }
#pragma GCC unroll 3
    for (std::ptrdiff_t k = 0; k < width; ++k) {
        save(sums + c + k * lanes, sum[0][k] + sum[1][k]);
        save(squares + c + k * lanes, square[0][k] + square[1][k]);
    }
}

void sumMoments(const ConstImage& image, float* sums, float* squares)
{
    constexpr std::ptrdiff_t wideStep = std::ptrdiff_t{3} * lanes;
    std::ptrdiff_t c = 0;
    for (; c + wideStep <= image.channels; c += wideStep)
        sumColumnMoments<3>(image, c, sums, squares);
    for (; c < image.channels; c += lanes)
        sumColumnMoments<1>(image, c, sums, squares);
}

/// The values of a register, combined by halves.
template <typename Combine>
DIFFUSCOPE_INLINE float across(Register values, Combine combine)
{
    float parts[lanes];
    save(parts, values);
#pragma GCC unroll 4
    for (int distance = lanes / 2; distance > 0; distance /= 2) {
#pragma GCC unroll 8
        for (int lane = 0; lane < distance; ++lane)
            parts[lane] = combine(parts[lane], parts[lane + distance]);
    }
    return parts[0];
}

void softmax(float* rows, int rowCount, std::ptrdiff_t stride, int count)
{
    constexpr float nothing = -1e30f;  // whose exponential does not count
    for (int r = 0; r < rowCount; ++r) {
        float* row = rows + r * stride;
        for (int i = count; i % lanes != 0; ++i)
            row[i] = nothing;
        Register tops = load(row);
        for (int i = lanes; i < count; i += lanes)
            tops = largest(tops, load(row + i));
        const float top = across(tops, [](float a, float b) { return a > b ? a : b; });
        Register sums{};
        for (int i = 0; i < count; i += lanes) {
            const Register values = exponential(load(row + i) - top);
            sums += values;
            save(row + i, values);
        }
        const float inverse = 1.0f / across(sums, [](float a, float b) { return a + b; });
        for (int i = 0; i < count; i += lanes)
            save(row + i, load(row + i) * inverse);
    }
}

}  // namespace
}  // namespace diffuscope::inference
