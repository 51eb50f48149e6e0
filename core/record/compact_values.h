// SPDX-License-Identifier: GPL-3.0-or-later
// Recorded values at full or half precision.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace diffuscope::record {

enum class Precision {
    full,  ///< 32-bit floats, exactly what the run computed
    half,  ///< IEEE 754 binary16, round to nearest even: relative error up to 2⁻¹¹; saturates at ±65504
};

/// An immutable array of floats that takes 4 or 2 bytes a value.
class CompactValues
{
public:
    CompactValues() = default;
    CompactValues(std::span<const float> values, Precision precision);

    bool empty() const { return size() == 0; }
    std::size_t size() const { return m_full.size() + m_half.size(); }
    std::size_t bytes() const
    {
        return m_full.size() * sizeof(float) + m_half.size() * sizeof(std::uint16_t);
    }
    Precision precision() const { return m_half.empty() ? Precision::full : Precision::half; }

    /// Writes the values [first, first + out.size()) to `out`.
    void copyTo(std::span<float> out, std::size_t first = 0) const;

private:
    std::vector<float> m_full;
    std::vector<std::uint16_t> m_half;
};

}  // namespace diffuscope::record
