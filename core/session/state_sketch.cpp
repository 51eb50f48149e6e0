// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/state_sketch.h"

#include <array>
#include <cmath>
#include <cstdint>

namespace diffuscope::session {

namespace {

/// SplitMix64.
std::uint64_t nextSketchBits(std::uint64_t& state)
{
    std::uint64_t bits = state += 0x9e3779b97f4a7c15ULL;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
    return bits ^ (bits >> 31);
}

}  // namespace

StateSketcher::StateSketcher(std::size_t imageValues, int projections)
    : m_imageValues(imageValues), m_projections(std::size_t(projections))
{
    static_assert(mostProjections <= 64, "one output of the generator has a bit for each");
    m_signs.reserve(m_imageValues * m_projections);
    std::uint64_t state = 0;
    for (std::size_t i = 0; i < m_imageValues; ++i) {
        const std::uint64_t bits = nextSketchBits(state);
        for (std::size_t j = 0; j < m_projections; ++j)
            m_signs.push_back((bits >> j) & 1 ? 1.0 : -1.0);
    }
}

void StateSketcher::append(std::span<const float> image, std::vector<float>& sketches) const
{
    std::array<double, mostProjections> sums{};
    const double* sign = m_signs.data();
    for (std::size_t i = 0; i < m_imageValues; ++i)
        for (std::size_t j = 0; j < m_projections; ++j)
            sums[j] += *sign++ * double(image[i]);
    for (std::size_t j = 0; j < m_projections; ++j)
        sketches.push_back(float(sums[j]));
}

SketchDifference sketchDifference(std::span<const float> a, std::span<const float> b, int projections,
                                  std::size_t imageValues)
{
    const std::size_t count = std::size_t(projections);
    SketchDifference most;
    double largest = -1;
    for (std::size_t image = 0; (image + 1) * count <= a.size(); ++image) {
        double squares = 0;
        for (std::size_t j = image * count; j < (image + 1) * count; ++j)
            squares += (double(a[j]) - double(b[j])) * (double(a[j]) - double(b[j]));
        if (std::isnan(squares))
            squares = HUGE_VAL;
        if (squares > largest) {
            largest = squares;
            most = {int(image), std::sqrt(squares / (double(count) * double(imageValues)))};
        }
    }
    return most;
}

}  // namespace diffuscope::session
