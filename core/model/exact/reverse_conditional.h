// SPDX-License-Identifier: GPL-3.0-or-later
// What one reverse step has to draw from, q(x_s | x_t), exactly, and how far a Gaussian is from it.
#pragma once

#include "core/model/exact/exact_field.h"

namespace diffuscope::model {

/// q(x_s | x_t) of data on a line: a mixture again. With a = alpha_t/alpha_s, b² = sigma_t² − a² sigma_s² and
/// V_k = alpha_s² s_k² + sigma_s², component k is N(alpha_s μ_k + K (x_t − alpha_t μ_k), V_k b²/C_k) with
/// K = a V_k/C_k, C_k = alpha_t² s_k² + sigma_t², and weight r_k(x_t) (Bishop 2006, eq. 2.116).
struct ReverseConditional
{
    std::vector<double> weights, means, variances;

    double mean() const;
    double variance() const;
    /// The density at x.
    double density(double x) const;
    double probabilityBelow(double x) const;
};

/// A Gaussian on a line; variance 0 is a point.
struct LineGaussian
{
    double mean = 0;
    double variance = 1;

    double density(double x) const;
};

/// `from` is noisier than `to` (t and s above). Throws Error(invalidOption) for data that is not on a line,
/// and levels in the wrong order.
ReverseConditional reverseConditional(const ExactField& field, const schedule::NoiseLevel& from,
                                      const schedule::NoiseLevel& to, double x, int label = -1);

/// The Gaussian that DDPM (or DDIM with η) draws from at x, with the exact x0Hat: mean alpha_s x0Hat +
/// √(sigma_s² − η² β~) epsHat, variance η² β~ with β~ = sigma_s²/sigma_t² · b² (Song et al. 2021, eq. 12,
/// 16). `eta` 1 is DDPM with the posterior variance; `usesBeta` takes b² in the place of β~ (Ho et al. 2020,
/// sec. 3.2).
LineGaussian samplersGaussian(const ExactField& field, const schedule::NoiseLevel& from,
                              const schedule::NoiseLevel& to, double x, double eta = 1, bool usesBeta = false,
                              int label = -1);

/// Distances of a Gaussian from the exact conditional.
struct ConditionalDistance
{
    double totalVariation = 0;  ///< ½ ∫ |q − g|, 0 … 1; 1 from a point
    double divergence = 0;      ///< KL(q ‖ g) in nats; infinite from a point
};

/// The variation from the distributions between the places where the densities cross, the divergence by
/// quadrature in panels of half a standard deviation; both to about 1e-10.
ConditionalDistance distanceBetween(const ReverseConditional& exact, const LineGaussian& gaussian);

/// The two distances at one point over a number of steps or over times: all that the plot of "why small
/// steps" needs, for the Gaussian of the same moments and the sampler's own.
struct StepDistance
{
    double step = 0;  ///< what it is plotted over: the time t, or the number of steps
    ConditionalDistance ofMoments, ofSampler;
};

/// For each level but the last of `levels` (noisy → clean): the mean over x ~ p_t of the distances of the
/// step to the next level, by `quantiles` equally probable points of p_t.
std::vector<StepDistance> distancesAlong(const ExactField& field,
                                         std::span<const schedule::NoiseLevel> levels, double eta,
                                         int quantiles = 32);

/// alphaBar at which the two tops of an equal pair of Gaussians at ±mean merge: 1/(1 + mean² − sd²). 1 or
/// more where there is only one top from the start (then it is returned as 1).
double mergingAlphaBar(double mean, double sd);

/// The first of the schedule's levels at which p_t of data on a line has one top; its number of levels where
/// none has.
int firstUnimodalLevel(const ExactField& field, std::span<const schedule::NoiseLevel> levels);

/// The number of tops of p_t on a line.
int countTops(const ExactField& field, const schedule::NoiseLevel& level);

/// The points of p_t on a line below which i + ½ of `count` equal parts of the probability lie.
std::vector<double> quantilesOf(const ExactField& field, const schedule::NoiseLevel& level, int count,
                                int label = -1);

}  // namespace diffuscope::model
