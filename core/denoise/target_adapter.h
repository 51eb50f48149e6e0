// SPDX-License-Identifier: GPL-3.0-or-later
// Turns the raw output of a network into x0Hat and epsHat, whatever it was trained to output.
#pragma once

#include "core/denoise/denoiser.h"
#include "core/denoise/prediction_target.h"

namespace diffuscope::denoise {

/// x0Hat and epsHat of the state x [B, …] at `level` from the raw output [B, …] of a network trained on
/// `target`. eps: x0 = (x − sigma·eps)/alpha. x0: eps = (x − alpha·x0)/sigma, and eps = 0 at the clean level.
/// v: x0 = (alpha·x − sigma·v)/(alpha² + sigma²), eps = (sigma·x + alpha·v)/(alpha² + sigma²)
/// (Salimans & Ho 2022, appendix D; their alpha² + sigma² is 1).
/// flow: x0 = (x − sigma·v)/(alpha + sigma), eps = (x + alpha·v)/(alpha + sigma).
/// edm: x0 = c_skip·x/alpha + c_out·F with s = sigma/alpha (Karras 2022, table 1).
/// Throws Error(invalidOption) for eps and edm at alpha = 0, where they say nothing about the data.
Prediction predictionFrom(PredictionTarget target, const Tensor& output, const Tensor& x,
                          const schedule::NoiseLevel& level);

/// epsHat that follows from x = alpha·x0Hat + sigma·epsHat; 0 at the clean level.
Tensor noiseIn(const Tensor& x, const Tensor& x0Hat, const schedule::NoiseLevel& level);

/// The inverse: what a network of this target would have output for (x0Hat, epsHat) at `level`; training uses
/// it too.
Tensor targetOutput(PredictionTarget target, const Tensor& x0, const Tensor& eps,
                    const schedule::NoiseLevel& level);

/// The factor of the state x before it enters a network of this target: 1, but for edm c_in/alpha.
double inputScale(PredictionTarget target, const schedule::NoiseLevel& level);

/// Standard deviation of the data that the edm target assumes (Karras 2022, table 1).
constexpr double edmDataStd = 0.5;

}  // namespace diffuscope::denoise
