// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random/philox.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace diffuscope::random {

namespace {

constexpr std::uint32_t multiplier0 = 0xD2511F53u;
constexpr std::uint32_t multiplier1 = 0xCD9E8D57u;
constexpr std::uint32_t weyl0 = 0x9E3779B9u;  // golden ratio
constexpr std::uint32_t weyl1 = 0xBB67AE85u;  // sqrt(3) − 1
constexpr int rounds = 10;

/// The middle of one of 2³² equal parts of (0, 1).
double unit(std::uint32_t bits)
{
    return (double(bits) + 0.5) * 0x1p-32;
}

std::array<double, 4> fourNormals(const NormalStream& stream, std::uint32_t block)
{
    const auto bits = philox({block, stream.image, stream.step, stream.draw}, stream.seed);
    std::array<double, 4> normals{};
    for (std::size_t pair = 0; pair < 4; pair += 2) {
        const double radius = std::sqrt(-2 * std::log(unit(bits[pair])));
        const double angle = 2 * std::numbers::pi * unit(bits[pair + 1]);
        normals[pair] = radius * std::cos(angle);
        normals[pair + 1] = radius * std::sin(angle);
    }
    return normals;
}

template <typename Value>
void fill(const NormalStream& stream, std::span<Value> values)
{
    for (std::size_t first = 0; first < values.size(); first += 4) {
        const auto normals = fourNormals(stream, std::uint32_t(first / 4));
        const std::size_t count = std::min<std::size_t>(4, values.size() - first);
        for (std::size_t i = 0; i < count; ++i)
            values[first + i] = Value(normals[i]);
    }
}

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::uint64_t key)
{
    std::uint32_t key0 = std::uint32_t(key);
    std::uint32_t key1 = std::uint32_t(key >> 32);
    for (int round = 0; round < rounds; ++round) {
        const std::uint64_t product0 = std::uint64_t(multiplier0) * counter[0];
        const std::uint64_t product1 = std::uint64_t(multiplier1) * counter[2];
        counter = {std::uint32_t(product1 >> 32) ^ counter[1] ^ key0, std::uint32_t(product1),
                   std::uint32_t(product0 >> 32) ^ counter[3] ^ key1, std::uint32_t(product0)};
        key0 += weyl0;
        key1 += weyl1;
    }
    return counter;
}

void fillNormal(const NormalStream& stream, std::span<double> values)
{
    fill(stream, values);
}

void fillNormal(const NormalStream& stream, std::span<float> values)
{
    fill(stream, values);
}

double uniform(const NormalStream& stream, std::uint32_t index)
{
    // The complemented key keeps these apart from the normal numbers of the same coordinates.
    return unit(philox({index, stream.image, stream.step, stream.draw}, ~stream.seed)[0]);
}

}  // namespace diffuscope::random
