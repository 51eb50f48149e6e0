// SPDX-License-Identifier: GPL-3.0-or-later
// What the adaptive solvers share: the error norm and the guard against steps that no longer move.
#pragma once

#include "core/samplers/sampler.h"

namespace diffuscope::samplers {

struct Tolerance
{
    double relative;
    double absolute;
};

/// The largest over the images of the root mean square of error/(absolute + relative·max(|a|, |b|)) (Hairer,
/// Nørsett & Wanner 1993, eq. II.4.11); a step is good where it is at most 1.
double errorNorm(const Tensor& error, const Tensor& a, const Tensor& b, Tolerance tolerance);

/// The same with max(absolute, relative·max(|a|, |b|)) (Lu et al. 2022, appendix C).
double errorNormOfMaximum(const Tensor& error, const Tensor& a, const Tensor& b, Tolerance tolerance);

/// Throws Error(invalidOption) where a step in lambda has shrunk so far that rounding alone fails the
/// tolerance.
void checkProgress(const std::string& sampler, double h);

/// The level of this lambda = log(alpha/sigma).
NoiseLevel levelOfLambda(const schedule::NoiseSchedule& schedule, double lambda);

/// Where an adaptive solver stops in a step to the clean level: the least noisy training level, or where it
/// already is if that is cleaner. The last bit is one first-order step, since lambda is infinite at the clean
/// level.
NoiseLevel lastNoisyLevel(const StepContext& step);

}  // namespace diffuscope::samplers
