// SPDX-License-Identifier: GPL-3.0-or-later
// The noise schedule a network was trained on: T levels in double precision, and the levels between them.
#pragma once

#include "core/base/option.h"
#include "core/schedule/noise_level.h"

#include <string>
#include <vector>

namespace diffuscope::schedule {

/// Which schedule: a family of the registry (`scheduleFamilies()`) and its options. A plain value.
struct ScheduleSpec
{
    std::string family = "linear";
    base::OptionValues options{};
    bool operator==(const ScheduleSpec&) const = default;
};

/// T training levels, level 0 the least noisy. Values are closed form in double; between two levels
/// sigma/alpha is interpolated log-linearly in t (sigma itself linearly where alpha + sigma = 1, alpha
/// linearly on the way to a last level without signal), so that a grid may visit fractional times.
class NoiseSchedule
{
public:
    /// From the per-step variances of the DDPM paper: alphaBar_t = prod (1 − beta_i) (Ho 2020, eq. 4), the
    /// product taken as a sum of log1p in double. Throws Error(invalidOption) for a beta outside (0, 1); the
    /// last may be 1.
    static NoiseSchedule fromBetas(std::string name, std::vector<double> betas);

    /// From the levels themselves (rectified flow, drawn curves): `alpha` and `sigma` of equal length,
    /// sigma/alpha strictly increasing, in [0, 1], alpha² + sigma² or alpha + sigma 1 throughout.
    /// Throws Error(invalidOption) otherwise.
    static NoiseSchedule fromLevels(std::string name, std::vector<double> alpha, std::vector<double> sigma);

    const std::string& name() const { return m_name; }
    /// T, the number of training levels.
    int levels() const { return int(m_alpha.size()); }

    /// beta_t of level t in 0 … T−1; for schedules given by levels, 1 − alphaBar_t/alphaBar_{t−1}.
    double beta(int t) const { return m_beta.at(std::size_t(t)); }
    double alphaBar(int t) const { return m_alphaBar.at(std::size_t(t)); }

    /// The level of a training time.
    NoiseLevel level(int t) const;
    /// The level at a time in [0, T−1], fractions allowed; outside, the nearest end.
    NoiseLevel levelAt(double t) const;
    /// The level whose sigma/alpha is `noiseToSignal`: its time is interpolated log-linearly between the
    /// training levels (clamped to 0 and T−1), alpha and sigma are exactly of this ratio.
    NoiseLevel levelOfNoiseToSignal(double noiseToSignal) const;

    /// The time in [0, T−1] at which sigma/alpha is `noiseToSignal`, interpolated log-linearly, clamped at
    /// the ends.
    double timeOfNoiseToSignal(double noiseToSignal) const;

    /// alpha² + sigma² = 1 at all levels.
    bool isVariancePreserving() const { return m_variancePreserving; }
    /// The last level holds no signal at all (alpha = 0): noise prediction is meaningless there.
    bool hasZeroTerminalSnr() const { return m_alpha.back() == 0; }

private:
    NoiseSchedule() = default;
    /// alpha and sigma of the given ratio in this schedule's convention (VP or alpha + sigma = 1).
    NoiseLevel levelOfRatio(double t, double noiseToSignal) const;

    std::string m_name;
    std::vector<double> m_beta;
    std::vector<double> m_alphaBar;
    std::vector<double> m_alpha;
    std::vector<double> m_sigma;
    std::vector<double> m_logNoiseToSignal;
    bool m_variancePreserving = true;
};

}  // namespace diffuscope::schedule
