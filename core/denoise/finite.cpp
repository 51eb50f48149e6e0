#include "core/denoise/finite.h"

#include <bit>
#include <cstdint>

namespace diffuscope::denoise {

namespace {

/// In one pass over the exponents: LibTorch would write out a tensor of answers, or sum slowly.
bool areFinite(const float* values, std::int64_t count)
{
    // All bits of the exponent are set in NaN and infinity alone: there one more carries into the sign.
    constexpr std::uint32_t exponent = 0x7f800000, one = 0x00800000, sign = 0x80000000;
    std::uint32_t carried = 0;
    for (std::int64_t i = 0; i < count; ++i)
        carried |= (std::bit_cast<std::uint32_t>(values[i]) & exponent) + one;
    return (carried & sign) == 0;
}

}  // namespace

bool isFinite(const torch::Tensor& values)
{
    if (values.is_cpu() && values.scalar_type() == torch::kFloat && values.is_contiguous())
        return areFinite(values.data_ptr<float>(), values.numel());
    return torch::isfinite(values).all().item<bool>();
}

}  // namespace diffuscope::denoise
