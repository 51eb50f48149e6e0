// SPDX-License-Identifier: GPL-3.0-or-later
// Random numbers as a pure function of their coordinates: nothing to seed in order, nothing to share.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace diffuscope::random {

/// Philox4x32 with 10 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): four
/// independent 32-bit numbers from a 128-bit counter and a 64-bit key.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::uint64_t key);

/// Names one sequence of normal numbers: all coordinates that it depends on.
struct NormalStream
{
    std::uint64_t seed = 0;
    std::uint32_t image = 0;  ///< k of the batch
    std::uint32_t step = 0;   ///< of the run, or one of the purposes below
    std::uint32_t draw = 0;   ///< of the step

    /// In place of a step: the initial noise of a run, and draws of the Gaussian-mixture oracle's data.
    static constexpr std::uint32_t initialNoise = 0xffffffffu;
    static constexpr std::uint32_t oracleData = 0xfffffffeu;
};

/// Fills `values` with N(0, 1): numbers 4j … 4j+3 from counter j (Box & Muller 1958 in double precision), so
/// that a shorter sequence is a prefix of a longer one.
void fillNormal(const NormalStream& stream, std::span<double> values);
/// The same numbers, each rounded to float.
void fillNormal(const NormalStream& stream, std::span<float> values);

/// Number `index` of a sequence of uniform numbers in (0, 1), independent of the normal ones.
double uniform(const NormalStream& stream, std::uint32_t index);

}  // namespace diffuscope::random
