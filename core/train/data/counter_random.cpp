// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/counter_random.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace diffuscope::train {
namespace {

constexpr uint64_t golden = 0x9e3779b97f4a7c15ull;

uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
    return value ^ (value >> 31);
}

}  // namespace

CounterRandom::CounterRandom(uint64_t seed, RandomStream stream, uint64_t index)
    : m_state(mix(mix(mix(seed + golden) ^ static_cast<uint64_t>(stream)) + golden * (index + 1)))
{
}

uint64_t CounterRandom::bits()
{
    m_state += golden;
    return mix(m_state);
}

float CounterRandom::uniform()
{
    return static_cast<float>(bits() >> 40) * 0x1p-24f;
}

uint64_t CounterRandom::below(uint64_t bound)
{
    // 64 random bits against bounds of a few thousand: the bias is below 1e-15.
    return bits() % bound;
}

void CounterRandom::fillNormal(float* values, int64_t count)
{
    constexpr float twoPi = 2.0f * std::numbers::pi_v<float>;
    for (int64_t index = 0; index < count; index += 2) {
        const uint64_t random = bits();
        const float u = (static_cast<float>(random >> 40) + 1.0f) * 0x1p-24f;
        const float angle = twoPi * (static_cast<float>(random & 0xffffff) * 0x1p-24f);
        const float radius = std::sqrt(-2.0f * std::log(u));
        values[index] = radius * std::cos(angle);
        if (index + 1 < count)
            values[index + 1] = radius * std::sin(angle);
    }
}

uint32_t EpochOrder::at(uint64_t position)
{
    const uint64_t epoch = position / m_count;
    if (m_order.empty() || epoch != m_epoch) {
        m_epoch = epoch;
        m_order.resize(m_count);
        std::iota(m_order.begin(), m_order.end(), 0u);
        CounterRandom random(m_seed, RandomStream::Order, epoch);
        for (uint32_t left = m_count; left > 1; --left)
            std::swap(m_order[left - 1], m_order[random.below(left)]);
    }
    return m_order[position % m_count];
}

}  // namespace diffuscope::train
