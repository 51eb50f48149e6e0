// SPDX-License-Identifier: GPL-3.0-or-later
// The loops of modulatedNormSilu over one image [positions, channels] in float32. No torch in here; written
// so that the compiler vectorizes along the channels, for the processor's widest registers where it can
// choose at run time.
#pragma once

#include <cstdint>

namespace diffuscope::inference::kernels {

/// sums[c] = sum over positions of x[p, c].
void sumPositions(const float* x, int64_t positions, int64_t channels, float* sums);

/// sums[c] = sum over positions of (x[p, c] - center[c])².
void sumSquaresAround(const float* x, const float* center, int64_t positions, int64_t channels, float* sums);

/// y = silu(factor[c] · x + offset[c]).
void affineSilu(const float* x, const float* factor, const float* offset, int64_t positions, int64_t channels,
                float* y);

/// Of u = factor[c] · x + offset[c] and y = silu(u): du = dy · silu'(u), and over positions the sums of du
/// and du · x.
void affineSiluGradient(const float* x, const float* dy, const float* factor, const float* offset,
                        int64_t positions, int64_t channels, float* du, float* sumDu, float* sumDuX);

/// dx = duFactor[c] · du + xFactor[c] · x + offset[c].
void combineGradients(const float* du, const float* x, const float* duFactor, const float* xFactor,
                      const float* offset, int64_t positions, int64_t channels, float* dx);

/// bfloat16 (as its bits) to float32 and back, rounding to nearest even.
void widen(const uint16_t* values, int64_t count, float* result);
void narrow(const float* values, int64_t count, uint16_t* result);

}  // namespace diffuscope::inference::kernels
