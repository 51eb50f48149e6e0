// SPDX-License-Identifier: GPL-3.0-or-later
// The step of DDPM as textbooks write it, from numbers that a person may type in.
#pragma once

namespace diffuscope::explain {

/// What algorithm 2 of Ho et al. 2020 needs for one value of one step.
struct DdpmInput
{
    double xt = 0;
    double beta = 0;      ///< 0 < beta < 1
    double alphaBar = 0;  ///< 0 < alphaBar ≤ 1 − beta
    double epsHat = 0;
    double z = 0;
};

/// x_{t−1} = scale·(x_t − epsFactor·epsHat) + sigma·z.
struct DdpmForm
{
    double xt = 0;
    double epsHat = 0;
    double z = 0;
    double scale = 0;      ///< 1/√α_t
    double epsFactor = 0;  ///< β_t/√(1 − ᾱ_t)
    double sigma = 0;      ///< σ_t

    double mean() const { return scale * (xt - epsFactor * epsHat); }
    double noise() const { return sigma * z; }
    double next() const { return mean() + noise(); }
};

/// Whether these are numbers that a step can have.
bool isPossible(const DdpmInput& input);

/// Ho et al. 2020, algorithm 2, line 4, with σ_t² = β̃_t = (1 − ᾱ_{t−1})/(1 − ᾱ_t)·β_t, ᾱ_{t−1} = ᾱ_t/(1 −
/// β_t) (eq. 7). Needs isPossible().
DdpmForm ddpmForm(const DdpmInput& input);

}  // namespace diffuscope::explain
