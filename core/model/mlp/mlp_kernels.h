// SPDX-License-Identifier: GPL-3.0-or-later
// The loops of small networks: products of small matrices, an activation, and Adam's update.
#pragma once

#include <cstddef>

namespace diffuscope::model {

/// Rows are padded to multiples of the first, columns to multiples of the second.
constexpr int rowBlock = 4, columnBlock = 16;

constexpr int padded(int count, int block)
{
    return (count + block - 1) / block * block;
}

/// A matrix that may be read across: element (i, k) is data[i·rowStride + k·columnStride].
struct StridedMatrix
{
    const float* data;
    std::ptrdiff_t rowStride, columnStride;
};

/// c [rows, columns] = a [rows, depth] · b [depth, columns], or += where `adds`. rows is a multiple of
/// rowBlock, columns of columnBlock; b and c have rows of `columns`.
void multiply(const StridedMatrix& a, const float* b, float* c, int rows, int depth, int columns, bool adds);

/// out = z/(1 + e^−z) and slope = its derivative, `count` numbers (SiLU, Elfwing et al. 2018). `slope` may be
/// null.
void silu(const float* z, float* out, float* slope, std::size_t count);

/// sines and cosines of `count` numbers, for |x| up to 10⁵ or so, to 1e-6.
void sinesAndCosines(const float* x, float* sines, float* cosines, std::size_t count);

/// One step of AdamW (Loshchilov & Hutter 2019, algorithm 2) and of a moving average of the weights.
struct AdamStep
{
    float beta1 = 0.9f, beta2 = 0.999f;
    float stepSize = 0;        ///< rate/(1 − beta1^n)
    float rootCorrection = 1;  ///< 1/√(1 − beta2^n)
    float shrink = 1;          ///< 1 − rate·decay
    float epsilon = 1e-8f;
    float gradientScale = 1;
    float averageShare = 0;  ///< of the new weights in the average
};
void updateWeights(const AdamStep& step, const float* gradient, float* weights, float* average,
                   float* moment1, float* moment2, std::size_t count);

}  // namespace diffuscope::model
