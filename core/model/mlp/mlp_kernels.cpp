// SPDX-License-Identifier: GPL-3.0-or-later
// Written for the vectoriser; compiled once for each generation of processors.
#include "core/model/mlp/mlp_kernels.h"

#include <bit>
#include <cmath>
#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define DIFFUSCOPE_MLP_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DIFFUSCOPE_MLP_KERNEL
#endif

namespace diffuscope::model {

namespace {

/// Sixteen floats that the compiler keeps in one register, or in two or four.
typedef float Lane __attribute__((vector_size(64), aligned(4), may_alias));

/// exp(x) in single precision, to 2 ulp, for |x| < 87; beyond, the nearest of these ends.
inline __attribute__((always_inline)) float expOf(float x)
{
    constexpr float shift = 0x1.8p23f;
    x = x > -87.0f ? x : -87.0f;
    x = x < 87.0f ? x : 87.0f;
    const float shifted = x * 0x1.715476p0f + shift;
    const float n = shifted - shift;
    const float r = (x - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f;
    float p = 1.0f / 5040.0f;
    p = p * r + 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    return std::bit_cast<float>(std::bit_cast<std::int32_t>(p) +
                                std::int32_t(std::bit_cast<std::uint32_t>(shifted) << 23));
}

}  // namespace

DIFFUSCOPE_MLP_KERNEL void multiply(const StridedMatrix& a, const float* b, float* c, int rows, int depth,
                                    int columns, bool adds)
{
    for (int column = 0; column < columns; column += columnBlock)
        for (int row = 0; row < rows; row += rowBlock) {
            const float* a0 = a.data + row * a.rowStride;
            const float* a1 = a0 + a.rowStride;
            const float* a2 = a1 + a.rowStride;
            const float* a3 = a2 + a.rowStride;
            const float* right = b + column;
            Lane c0{}, c1{}, c2{}, c3{};
            for (int k = 0; k < depth; ++k) {
                const Lane value = *reinterpret_cast<const Lane*>(right);
                right += columns;
                c0 += *a0 * value;
                c1 += *a1 * value;
                c2 += *a2 * value;
                c3 += *a3 * value;
                a0 += a.columnStride;
                a1 += a.columnStride;
                a2 += a.columnStride;
                a3 += a.columnStride;
            }
            float* out = c + std::ptrdiff_t(row) * columns + column;
            Lane* const o0 = reinterpret_cast<Lane*>(out);
            Lane* const o1 = reinterpret_cast<Lane*>(out + columns);
            Lane* const o2 = reinterpret_cast<Lane*>(out + 2 * columns);
            Lane* const o3 = reinterpret_cast<Lane*>(out + 3 * columns);
            if (adds) {
                *o0 += c0, *o1 += c1, *o2 += c2, *o3 += c3;
            } else {
                *o0 = c0, *o1 = c1, *o2 = c2, *o3 = c3;
            }
        }
}

DIFFUSCOPE_MLP_KERNEL void silu(const float* z, float* out, float* slope, std::size_t count)
{
    if (!slope) {
        for (std::size_t i = 0; i < count; ++i)
            out[i] = z[i] / (1.0f + expOf(-z[i]));
        return;
    }
    for (std::size_t i = 0; i < count; ++i) {
        const float share = 1.0f / (1.0f + expOf(-z[i]));
        slope[i] = share * (1.0f + z[i] * (1.0f - share));
        out[i] = z[i] * share;
    }
}

DIFFUSCOPE_MLP_KERNEL void sinesAndCosines(const float* x, float* sines, float* cosines, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) {
        // x = n·π/2 + r with |r| ≤ π/4; then the two polynomials change places and signs with n mod 4.
        constexpr double shift = 0x1.8p52;
        const double shifted = double(x[i]) * 0x1.45f306dc9c883p-1 + shift;
        const double n = shifted - shift;
        const float r = float(double(x[i]) - n * 0x1.921fb54442d18p0);
        const auto quadrant = std::int32_t(std::bit_cast<std::int64_t>(shifted) & 3);
        const float s = r * r;
        const float sine = r * (1.0f + s * (-1.0f / 6 + s * (1.0f / 120 + s * (-1.0f / 5040 + s / 362880))));
        const float cosine = 1.0f + s * (-0.5f + s * (1.0f / 24 + s * (-1.0f / 720 + s / 40320)));
        const float first = quadrant & 1 ? cosine : sine;
        const float second = quadrant & 1 ? sine : cosine;
        sines[i] = quadrant & 2 ? -first : first;
        cosines[i] = (quadrant + 1) & 2 ? -second : second;
    }
}

DIFFUSCOPE_MLP_KERNEL void updateWeights(const AdamStep& step, const float* gradient, float* weights,
                                         float* average, float* moment1, float* moment2, std::size_t count)
{
    const AdamStep s = step;
    for (std::size_t i = 0; i < count; ++i) {
        const float g = gradient[i] * s.gradientScale;
        const float first = s.beta1 * moment1[i] + (1.0f - s.beta1) * g;
        const float second = s.beta2 * moment2[i] + (1.0f - s.beta2) * g * g;
        const float weight =
            weights[i] * s.shrink - s.stepSize * first / (std::sqrt(second) * s.rootCorrection + s.epsilon);
        moment1[i] = first;
        moment2[i] = second;
        weights[i] = weight;
        average[i] += s.averageShare * (weight - average[i]);
    }
}

}  // namespace diffuscope::model
