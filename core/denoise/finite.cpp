// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/denoise/finite.h"

#include "core/denoise/elementwise.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace diffuscope::denoise {

namespace {

/// In one pass over the exponents: LibTorch would write out a tensor of answers, or sum slowly.
bool areFinite(const float* values, std::int64_t count)
{
    // All bits of the exponent are set in NaN and infinity alone: there one more carries into the sign.
    constexpr std::uint32_t exponent = 0x7f800000, one = 0x00800000, sign = 0x80000000;
    const auto carried = [](float value) { return (std::bit_cast<std::uint32_t>(value) & exponent) + one; };
    using elements::block;
    std::array<std::uint32_t, block> any{};
    std::int64_t done = 0;
    for (; done + block <= count; done += block)
        for (std::int64_t i = 0; i < block; ++i)
            any[std::size_t(i)] |= carried(values[done + i]);
    for (; done < count; ++done)
        any[0] |= carried(values[done]);
    return std::ranges::none_of(any, [](std::uint32_t bits) { return (bits & sign) != 0; });
}

}  // namespace

bool isFinite(const torch::Tensor& values)
{
    if (values.is_cpu() && values.scalar_type() == torch::kFloat && values.is_contiguous())
        return areFinite(values.data_ptr<float>(), values.numel());
    return torch::isfinite(values).all().item<bool>();
}

}  // namespace diffuscope::denoise
