// SPDX-License-Identifier: GPL-3.0-or-later
// The error of samplers against the exact answer, without learning and without sampling noise. No torch in
// here.
#pragma once

#include "core/model/exact/exact_field.h"
#include "core/run/point_sampling.h"

#include <optional>

namespace diffuscope::measure {

/// What a recipe makes of Gaussian data N(mean, sd²) on a line: again a Gaussian, since every step is linear
/// in the state and in its noise.
struct GaussianResponse
{
    double gain = 0;           ///< of x_T
    double offset = 0;         ///< of x_T = 0
    double noiseVariance = 0;  ///< that the draws add
    int evaluations = 0;

    /// The standard deviation of the samples for x_T ~ N(0, startSd²).
    double sd(double startSd = 1) const;
    double mean(double startMean = 0) const { return offset + gain * startMean; }
};

/// Runs the recipe's own sampler once, with one point for x_T and one for each draw of noise, each of which
/// gets a single 1 where the others have 0. The recipe's clipping must be none. Throws Error(invalidOption)
/// where the field is not one Gaussian on a line.
GaussianResponse responseTo(std::shared_ptr<const model::ExactField> field, const recipe::Recipe& recipe);

/// The error of a deterministic sampler on a line, by equally probable starting points of N(0, startSd²).
struct LineError
{
    int steps = 0;
    int evaluations = 0;
    double w1 = 0, w2 = 0;
    double massAbove = 0;  ///< share of the samples above `threshold`
    /// The sampler asked for noise and was given zeros: the figures are not those of its samples.
    bool drewNoise = false;
};

/// The recipe's run from the `count` quantiles (i + ½)/count of the start, against the same quantiles of the
/// data: the Wasserstein distance of monotone maps, to the quadrature. Throws Error(invalidOption) for data
/// of the plane.
LineError lineError(std::shared_ptr<const model::ExactField> field, const recipe::Recipe& recipe,
                    int count = 20'001, double threshold = 0, double startSd = 1);

/// x for which N(0, 1) is below with probability p, to 1e-15 (Abramowitz & Stegun 26.2.23, then Newton).
double normalQuantile(double p);

}  // namespace diffuscope::measure
