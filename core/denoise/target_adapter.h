// Turns the raw output of a network into x0Hat and epsHat, whatever it was trained to output.
#pragma once

#include "core/denoise/denoiser.h"
#include "core/denoise/prediction_target.h"

namespace diffuscope::denoise {

/// x0Hat and epsHat of the state x [B, …] at `level` from the raw output [B, …] of a network trained on `target`.
/// eps: x0 = (x − sigma·eps)/alpha. x0: eps = (x − alpha·x0)/sigma.
/// v: x0 = alpha·x − sigma·v, eps = sigma·x + alpha·v (Salimans & Ho 2022, appendix D; alpha² + sigma² = 1).
/// Throws Error(invalidOption) for eps at alpha = 0, where the noise says nothing about the data.
Prediction predictionFrom(PredictionTarget target, const Tensor& output, const Tensor& x,
                          const schedule::NoiseLevel& level);

/// The inverse: what a network of this target would have output for (x0Hat, epsHat) at `level`; training uses it too.
Tensor targetOutput(PredictionTarget target, const Tensor& x0, const Tensor& eps, const schedule::NoiseLevel& level);

}  // namespace diffuscope::denoise
