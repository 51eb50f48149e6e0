// SPDX-License-Identifier: GPL-3.0-or-later
// Registers as values, for the kernels' loops. These headers are included by one source file a generation of
// processors. Everything has internal linkage, and nothing of the standard library is used: functions
// compiled for a newer processor must not stand in for the same functions elsewhere in the program.
#pragma once

#include "core/inference/kernels.h"

#include <immintrin.h>

#define DIFFUSCOPE_INLINE inline __attribute__((always_inline))

namespace diffuscope::inference {
namespace {

#if defined(__AVX512F__)
constexpr int lanes = 16;
constexpr int mostRows = 8;  // by three registers of columns: 24 sums in 32 registers
#else
constexpr int lanes = 8;
constexpr int mostRows = 4;  // 12 sums in 16 registers
#endif

typedef float Register __attribute__((vector_size(lanes * 4)));
typedef std::int32_t IntRegister __attribute__((vector_size(lanes * 4)));
typedef float UnalignedRegister __attribute__((vector_size(lanes * 4), aligned(4)));

DIFFUSCOPE_INLINE Register load(const float* values)
{
    return *reinterpret_cast<const UnalignedRegister*>(values);
}

DIFFUSCOPE_INLINE void save(float* values, Register what)
{
    *reinterpret_cast<UnalignedRegister*>(values) = what;
}

/// Value by value; of a number and NaN the second.
DIFFUSCOPE_INLINE Register largest(Register a, Register b)
{
#if defined(__AVX512F__)
    return (Register)_mm512_maskz_max_ps(0xffff, (__m512)a, (__m512)b);
#else
    return (Register)_mm256_max_ps((__m256)a, (__m256)b);
#endif
}

DIFFUSCOPE_INLINE Register smallest(Register a, Register b)
{
#if defined(__AVX512F__)
    return (Register)_mm512_maskz_min_ps(0xffff, (__m512)a, (__m512)b);
#else
    return (Register)_mm256_min_ps((__m256)a, (__m256)b);
#endif
}

struct FloatFormat
{
    using Value = float;
    static constexpr int kPairing = 1;

    static DIFFUSCOPE_INLINE void multiplyAdd(Register& sum, const Value* a, const Value* matrix)
    {
        sum += *a * load(matrix);
    }
    static DIFFUSCOPE_INLINE void store(Register values, Value* stored) { save(stored, values); }
    static DIFFUSCOPE_INLINE void store(float value, Value* stored) { *stored = value; }
    /// u / (1 + exp(−u)), as exactly as what is stored needs it.
    static DIFFUSCOPE_INLINE Register silu(Register u);
};

}  // namespace
}  // namespace diffuscope::inference
