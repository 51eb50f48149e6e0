// SPDX-License-Identifier: GPL-3.0-or-later
// Random numbers as a function of (seed, stream, index): no state to save, so that training resumes exactly.
#pragma once

#include <cstdint>
#include <vector>

namespace diffuscope::train {

/// What a number is for; equal indices in different streams are independent.
enum class RandomStream : uint64_t {
    Order = 1,
    Time,
    Noise,
    ConditionDropout,
    Flip,
    Shift,
    Preview,
    Caption,
    Prompt,
    Step,
    Pair
};

/// SplitMix64 (Steele, Lea & Flood 2014), started from a hash of its three keys.
class CounterRandom
{
public:
    CounterRandom(uint64_t seed, RandomStream stream, uint64_t index);

    uint64_t bits();
    /// In [0, 1), 24 bits.
    float uniform();
    /// In [0, bound).
    uint64_t below(uint64_t bound);
    /// Fills `values` with standard normal numbers (Box & Muller 1958).
    void fillNormal(float* values, int64_t count);

private:
    uint64_t m_state;
};

/// Images in random order, every one once an epoch. Keeps the order of the epoch asked for last.
class EpochOrder
{
public:
    EpochOrder(uint64_t seed, uint32_t count) : m_seed(seed), m_count(count) {}

    /// The image at a position of the whole training: a function of (seed, count, position) alone.
    uint32_t at(uint64_t position);

private:
    uint64_t m_seed;
    uint32_t m_count;
    uint64_t m_epoch = 0;
    std::vector<uint32_t> m_order;
};

}  // namespace diffuscope::train
