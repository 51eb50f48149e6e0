// SPDX-License-Identifier: GPL-3.0-or-later
// Log-sum-exp over components for sixteen points at a time; compiled once for each generation of processors.
#include "core/model/exact/mixture_kernels.h"

#include <bit>
#include <cmath>
#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define DIFFUSCOPE_FIELD_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DIFFUSCOPE_FIELD_KERNEL
#endif

namespace diffuscope::model {

namespace {

/// exp(x) for x ≤ 0, to 2 ulp, without a branch; below −708 it stays at exp(−708). x = n ln 2 + r with
/// |r| ≤ ½ ln 2, a polynomial for exp(r), and n added to the exponent.
inline __attribute__((always_inline)) double expOfNegative(double x)
{
    constexpr double shift = 0x1.8p52;  // adding it leaves the nearest whole number in the low bits
    x = x > -708.0 ? x : -708.0;
    const double shifted = x * 0x1.71547652b82fep0 + shift;
    const double n = shifted - shift;
    const double r = (x - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    const std::int64_t bits =
        std::bit_cast<std::int64_t>(p) + std::int64_t(std::bit_cast<std::uint64_t>(shifted) << 52);
    return std::bit_cast<double>(bits);
}

/// The sums over components, before they are divided by the sum of the weights.
struct BlockSums
{
    double top[pointBlock];  ///< the largest exponent
    double sum[pointBlock];
    double pullX[pointBlock], pullY[pointBlock];
    double cleanX[pointBlock], cleanY[pointBlock];
};

DIFFUSCOPE_FIELD_KERNEL void sumIsotropic(const NoisedComponents& c, const double* __restrict x,
                                          const double* __restrict y, BlockSums& __restrict sums)
{
    const double half = 0.5 * c.inverse;
    const std::size_t count = c.size();
    for (std::size_t k = 0; k < count; ++k) {
        const double logWeight = c.logWeight[k], mx = c.meanX[k], my = c.meanY[k];
        for (std::size_t i = 0; i < pointBlock; ++i) {
            const double dx = x[i] - mx, dy = y[i] - my;
            const double exponent = logWeight - half * (dx * dx + dy * dy);
            sums.top[i] = exponent > sums.top[i] ? exponent : sums.top[i];
        }
    }
    for (std::size_t k = 0; k < count; ++k) {
        const double logWeight = c.logWeight[k], mx = c.meanX[k], my = c.meanY[k];
        const double ux = c.cleanX[k], uy = c.cleanY[k];
        for (std::size_t i = 0; i < pointBlock; ++i) {
            const double dx = x[i] - mx, dy = y[i] - my;
            const double share = expOfNegative(logWeight - half * (dx * dx + dy * dy) - sums.top[i]);
            sums.sum[i] += share;
            sums.pullX[i] += share * dx;
            sums.pullY[i] += share * dy;
            sums.cleanX[i] += share * ux;
            sums.cleanY[i] += share * uy;
        }
    }
}

DIFFUSCOPE_FIELD_KERNEL void sumGeneral(const NoisedComponents& c, const double* __restrict x,
                                        const double* __restrict y, BlockSums& __restrict sums)
{
    const std::size_t count = c.size();
    for (std::size_t k = 0; k < count; ++k) {
        const double logWeight = c.logWeight[k], mx = c.meanX[k], my = c.meanY[k];
        const double xx = c.inverseXx[k], xy = c.inverseXy[k], yy = c.inverseYy[k];
        for (std::size_t i = 0; i < pointBlock; ++i) {
            const double dx = x[i] - mx, dy = y[i] - my;
            const double exponent = logWeight - 0.5 * (dx * (xx * dx + xy * dy) + dy * (xy * dx + yy * dy));
            sums.top[i] = exponent > sums.top[i] ? exponent : sums.top[i];
        }
    }
    for (std::size_t k = 0; k < count; ++k) {
        const double logWeight = c.logWeight[k], mx = c.meanX[k], my = c.meanY[k];
        const double xx = c.inverseXx[k], xy = c.inverseXy[k], yy = c.inverseYy[k];
        const double gxx = c.gainXx[k], gxy = c.gainXy[k], gyy = c.gainYy[k];
        const double ux = c.cleanX[k], uy = c.cleanY[k];
        for (std::size_t i = 0; i < pointBlock; ++i) {
            const double dx = x[i] - mx, dy = y[i] - my;
            const double pullX = xx * dx + xy * dy, pullY = xy * dx + yy * dy;
            const double share = expOfNegative(logWeight - 0.5 * (dx * pullX + dy * pullY) - sums.top[i]);
            sums.sum[i] += share;
            sums.pullX[i] += share * pullX;
            sums.pullY[i] += share * pullY;
            sums.cleanX[i] += share * (ux + gxx * dx + gxy * dy);
            sums.cleanY[i] += share * (uy + gxy * dx + gyy * dy);
        }
    }
}

}  // namespace

void evaluateBlock(const NoisedComponents& components, const double* x, const double* y, BlockAnswer& answer)
{
    BlockSums sums{};
    for (double& top : sums.top)
        top = -HUGE_VAL;
    if (components.isIsotropic)
        sumIsotropic(components, x, y, sums);
    else
        sumGeneral(components, x, y, sums);
    const double inverse = components.isIsotropic ? components.inverse : 1;
    const double gain = components.isIsotropic ? components.gain : 0;
    for (std::size_t i = 0; i < pointBlock; ++i) {
        const double pullX = sums.pullX[i] / sums.sum[i], pullY = sums.pullY[i] / sums.sum[i];
        answer.logDensity[i] = sums.top[i] + std::log(sums.sum[i]);
        answer.pullX[i] = inverse * pullX;
        answer.pullY[i] = inverse * pullY;
        answer.cleanX[i] = sums.cleanX[i] / sums.sum[i] + gain * pullX;
        answer.cleanY[i] = sums.cleanY[i] / sums.sum[i] + gain * pullY;
    }
}

}  // namespace diffuscope::model
