// SPDX-License-Identifier: GPL-3.0-or-later
// A noise level: how much signal and how much noise a state holds, x = alpha·x0 + sigma·eps.
#pragma once

#include <cmath>

namespace diffuscope::schedule {

/// One level of noise. `alpha` and `sigma` are factors of data and noise (variance-preserving schedules have
/// alpha² + sigma² = 1, rectified flow alpha + sigma = 1); `t` is the time that the network is told, in
/// training levels (0 … T−1, fractions allowed).
struct NoiseLevel
{
    double t = 0;
    double alpha = 1;
    double sigma = 0;

    /// log(alpha/sigma), half the log signal-to-noise ratio; +inf at the clean level.
    double lambda() const { return std::log(alpha) - std::log(sigma); }
    /// log(alpha²/sigma²).
    double logSnr() const { return 2 * lambda(); }
    /// alpha²/sigma².
    double snr() const { return (alpha / sigma) * (alpha / sigma); }
    /// sigma/alpha, the "sigma" of Karras et al. 2022; +inf where alpha is 0.
    double noiseToSignal() const { return sigma / alpha; }
    /// alpha², the cumulative product of the DDPM paper (for variance-preserving schedules).
    double alphaBar() const { return alpha * alpha; }
    bool isClean() const { return sigma == 0; }

    bool operator==(const NoiseLevel&) const = default;
};

}  // namespace diffuscope::schedule
