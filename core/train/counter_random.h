// Random numbers as a function of (seed, stream, index): no state to save, so that training resumes exactly.
#pragma once

#include <cstdint>
#include <vector>

namespace diffuscope::train {

// What a number is for; equal indices in different streams are independent.
enum class RandomStream : uint64_t { Order = 1, Time, Noise, ConditionDropout, Flip, Shift, Preview };

// SplitMix64 (Steele, Lea & Flood 2014), started from a hash of its three keys.
class CounterRandom
{
public:
    CounterRandom(uint64_t seed, RandomStream stream, uint64_t index);

    uint64_t bits();
    // In [0, 1), 24 bits.
    float uniform();
    // In [0, bound).
    uint64_t below(uint64_t bound);
    // Fills `values` with standard normal numbers (Box & Muller 1958).
    void fillNormal(float* values, int64_t count);

private:
    uint64_t m_state;
};

// A permutation of 0 … count - 1, the same for the same (seed, epoch).
std::vector<uint32_t> shuffledOrder(uint64_t seed, uint64_t epoch, uint32_t count);

}  // namespace diffuscope::train
