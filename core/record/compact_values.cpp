// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/compact_values.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace diffuscope::record {

namespace {

/// binary32 → binary16, round to nearest even; beyond ±65504 the largest finite value, NaN stays NaN.
std::uint16_t toHalf(float value)
{
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000u;
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u)
        return std::uint16_t(sign | 0x7e00u);
    if (magnitude >= 0x477fe000u)
        return std::uint16_t(sign | 0x7bffu);
    if (magnitude < 0x38800000u) {
        // Subnormal half: adding 0.5 aligns the value with the last place of a subnormal and rounds to even.
        const float aligned = std::bit_cast<float>(magnitude) + 0.5f;
        return std::uint16_t(sign | (std::bit_cast<std::uint32_t>(aligned) - 0x3f000000u));
    }
    const std::uint32_t rounded = magnitude - 0x38000000u + 0x0fffu + ((magnitude >> 13) & 1u);
    return std::uint16_t(sign | (rounded >> 13));
}

/// binary16 → binary32, exact.
float fromHalf(std::uint16_t half)
{
    const std::uint32_t sign = std::uint32_t(half & 0x8000u) << 16;
    const std::uint32_t magnitude = half & 0x7fffu;
    // 2^112 moves the half's exponent to the float's; subnormals come out right by themselves.
    const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(scaled);
    const std::uint32_t notANumber = magnitude > 0x7c00u ? 0x7fc00000u : 0u;
    return std::bit_cast<float>(bits | sign | notANumber);
}

}  // namespace

CompactValues::CompactValues(std::span<const float> values, Precision precision)
{
    if (precision == Precision::full) {
        m_full.assign(values.begin(), values.end());
        return;
    }
    m_half.resize(values.size());
    std::transform(values.begin(), values.end(), m_half.begin(), toHalf);
}

void CompactValues::copyTo(std::span<float> out, std::size_t first) const
{
    assert(first + out.size() <= size());
    if (m_half.empty())
        std::copy_n(m_full.begin() + std::ptrdiff_t(first), out.size(), out.begin());
    else
        std::transform(m_half.begin() + std::ptrdiff_t(first),
                       m_half.begin() + std::ptrdiff_t(first + out.size()), out.begin(), fromHalf);
}

}  // namespace diffuscope::record
