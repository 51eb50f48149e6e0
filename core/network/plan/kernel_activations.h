// Sums over positions, SiLU and softmax.
#pragma once

#include "core/network/plan/kernel_registers.h"

namespace diffuscope::network::plan {
namespace {

// ---------------------------------------------------------------------------

DIFFUSCOPE_INLINE Register splat(float value)
{
    return value - Register{};
}

/// exp(x) to 2 units in the last place for |x| <= 80, clamped beyond (far from numbers that are slow): 2^k ·
/// p(r), |r| <= 1/2.
DIFFUSCOPE_INLINE Register exponential(Register x)
{
    constexpr float kLimit = 80.0f, kLog2E = 1.44269504f, kRounder = 12582912.0f;  // 1.5 · 2^23
    const Register z = smallest(splat(kLimit), largest(splat(-kLimit), x)) * kLog2E;
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

template <bool affine, bool silu>
void activateEach(const Activation& activation)
{
    const ConstImage& image = activation.x;
    const std::ptrdiff_t channels = image.channels;
    for (int row = 0; row < image.height; ++row) {
        const float* x = image.values + static_cast<std::ptrdiff_t>(row) * image.width * image.stride;
        float* y = activation.y + row * activation.rowStride;
        for (int column = 0; column < image.width; ++column, x += image.stride, y += channels) {
#pragma GCC unroll 2
            for (std::ptrdiff_t c = 0; c < channels; c += kLanes) {
                Register u = load(x + c);
                if constexpr (affine) {
                    u = load(activation.factor + c) * u + load(activation.offset + c);
                }
                save(y + c, silu ? u * reciprocal(1.0f + exponential(-u)) : u);
            }
        }
    }
}

void activate(const Activation& activation)
{
    if (activation.silu) {
        activation.factor ? activateEach<true, true>(activation) : activateEach<false, true>(activation);
    } else {
        activation.factor ? activateEach<true, false>(activation) : activateEach<false, false>(activation);
    }
}

/// Sums of `width` registers of channels, over every other position each: additions wait for one another.
template <std::ptrdiff_t width, typename Term>
DIFFUSCOPE_INLINE void sumColumns(const ConstImage& image, std::ptrdiff_t c, float* sums, Term term)
{
    const std::ptrdiff_t positions = static_cast<std::ptrdiff_t>(image.height) * image.width;
    Register even[width] = {}, odd[width] = {};
    const float* x = image.values + c;
    std::ptrdiff_t p = 0;
    for (; p + 2 <= positions; p += 2, x += 2 * image.stride) {
#pragma GCC unroll 3
        for (std::ptrdiff_t k = 0; k < width; ++k) {
            even[k] += term(load(x + k * kLanes), c + k * kLanes);
            odd[k] += term(load(x + image.stride + k * kLanes), c + k * kLanes);
        }
    }
#pragma GCC unroll 3
    for (std::ptrdiff_t k = 0; k < width; ++k) {
        if (p < positions) {
            even[k] += term(load(x + k * kLanes), c + k * kLanes);
        }
        save(sums + c + k * kLanes, even[k] + odd[k]);
    }
}

template <typename Term>
DIFFUSCOPE_INLINE void sumOver(const ConstImage& image, float* sums, Term term)
{
    constexpr std::ptrdiff_t kStep = std::ptrdiff_t{3} * kLanes;
    std::ptrdiff_t c = 0;
    for (; c + kStep <= image.channels; c += kStep) {
        sumColumns<3>(image, c, sums, term);
    }
    for (; c < image.channels; c += kLanes) {
        sumColumns<1>(image, c, sums, term);
    }
}

void sumPositions(const ConstImage& image, float* sums)
{
    sumOver(image, sums, [](Register x, std::ptrdiff_t) { return x; });
}

void sumSquaresAround(const ConstImage& image, const float* center, float* sums)
{
    sumOver(image, sums, [center](Register x, std::ptrdiff_t c) {
        const Register difference = x - load(center + c);
        return difference * difference;
    });
}

/// The values of a register, combined by halves.
template <typename Combine>
DIFFUSCOPE_INLINE float across(Register values, Combine combine)
{
    float parts[kLanes];
    save(parts, values);
#pragma GCC unroll 4
    for (int distance = kLanes / 2; distance > 0; distance /= 2) {
#pragma GCC unroll 8
        for (int lane = 0; lane < distance; ++lane) {
            parts[lane] = combine(parts[lane], parts[lane + distance]);
        }
    }
    return parts[0];
}

void softmax(float* rows, int rowCount, std::ptrdiff_t stride, int count)
{
    constexpr float kNothing = -1e30f;  // whose exponential does not count
    for (int r = 0; r < rowCount; ++r) {
        float* row = rows + r * stride;
        for (int i = count; i % kLanes != 0; ++i) {
            row[i] = kNothing;
        }
        Register tops = load(row);
        for (int i = kLanes; i < count; i += kLanes) {
            tops = largest(tops, load(row + i));
        }
        const float top = across(tops, [](float a, float b) { return a > b ? a : b; });
        Register sums{};
        for (int i = 0; i < count; i += kLanes) {
            const Register values = exponential(load(row + i) - top);
            sums += values;
            save(row + i, values);
        }
        const float inverse = 1.0f / across(sums, [](float a, float b) { return a + b; });
        for (int i = 0; i < count; i += kLanes) {
            save(row + i, load(row + i) * inverse);
        }
    }
}

}  // namespace
}  // namespace diffuscope::network::plan
