// SPDX-License-Identifier: GPL-3.0-or-later
// What SEEDS-2 and SEEDS-3 share: their exponential integrals and the noise between two levels.
#pragma once

#include "core/samplers/coordinate.h"

#include <cmath>

namespace diffuscope::samplers {

/// e^u − 1 and (e^u − 1 − u)/u.
inline double seedsE(double u)
{
    return std::expm1(u);
}
inline double seedsF(double u)
{
    return u == 0 ? 0 : (std::expm1(u) - u) / u;
}

/// Noise that is carried from inner level to inner level of a step (Gonzalez et al. 2023, SEEDS, section 4):
/// w' = e^q·w + sqrt(1 − e^2q)·z, q the negative of eta times the distance in lambda.
class SeedsNoise
{
public:
    SeedsNoise(double eta, const StepContext& step) : m_eta(eta), m_step(step) {}

    bool isPresent() const { return m_eta > 0; }
    void advance(double distance)
    {
        if (!isPresent())
            return;
        const double q = -m_eta * distance;
        const Tensor fresh = std::sqrt(std::max(0.0, -std::expm1(2 * q))) * m_step.noise();
        m_noise = m_noise.defined() ? std::exp(q) * m_noise + fresh : fresh;
    }
    const Tensor& value() const { return m_noise; }

private:
    double m_eta;
    const StepContext& m_step;
    Tensor m_noise{};
};

}  // namespace diffuscope::samplers
