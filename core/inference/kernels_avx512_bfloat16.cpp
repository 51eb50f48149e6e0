// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels for x86 processors that multiply bfloat16 (AVX512-BF16).
#include "core/inference/kernel_loops.h"

namespace diffuscope::inference {
namespace {

struct BFloat16Format
{
    using Value = std::uint16_t;
    static constexpr int kPairing = 2;

    /// acc[j] += a[0] · m[j][0] + a[1] · m[j][1].
    static DIFFUSCOPE_INLINE void multiplyAdd(Register& sum, const Value* a, const Value* matrix)
    {
        int pair;
        __builtin_memcpy(&pair, a, sizeof pair);
        sum = (Register)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_epi32(pair),
                                         (__m512bh)_mm512_loadu_si512(matrix));
    }
    static DIFFUSCOPE_INLINE void store(Register values, Value* stored)
    {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(stored), (__m256i)_mm512_cvtneps_pbh((__m512)values));
    }
    static DIFFUSCOPE_INLINE void store(float value, Value* stored)
    {
        const auto bits = __builtin_bit_cast(std::uint32_t, value);
        *stored = static_cast<Value>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
    }
    /// To 13 bits, of which 8 are stored.
    static DIFFUSCOPE_INLINE Register silu(Register u)
    {
        constexpr float ln2 = 0.693147181f, ln2Squared = ln2 * ln2, ln2Cubed = ln2Squared * ln2;
        constexpr __mmask16 all = 0xffff;
        const Register z = u * -log2E;
        const auto whole = (Register)_mm512_maskz_roundscale_ps(all, (__m512)z, _MM_FROUND_TO_NEAREST_INT);
        const Register f = z - whole;
        // The Taylor series of 2^f, whose remainder (f ln 2)^5/5! is below 5e-5 here.
        const Register p =
            1.0f + f * (ln2 + f * (ln2Squared / 2 + f * (ln2Cubed / 6 + f * (ln2Squared * ln2Squared / 24))));
        const auto power = (Register)_mm512_maskz_scalef_ps(all, (__m512)p, (__m512)whole);
        return u * (Register)_mm512_maskz_rcp14_ps(all, (__m512)(1.0f + power));
    }
};

}  // namespace

const Kernels avx512BFloat16Kernels = kernelsOf<BFloat16Format>("bfloat16 with AVX-512");

}  // namespace diffuscope::inference
