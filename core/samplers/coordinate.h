// SPDX-License-Identifier: GPL-3.0-or-later
// The variable in which a solver of the probability-flow ODE is written: sigma/alpha, or the time of flow.
#pragma once

#include "core/base/option.h"
#include "core/samplers/sampler.h"

#include <cmath>
#include <limits>
#include <string>

namespace diffuscope::samplers {

/// The flow is dy/dk = slope in either of two coordinates, in both of which a step to k = 0 gives the image:
/// k = sigma/alpha, y = x/alpha, slope = eps (Karras et al. 2022, eq. 1), or k = sigma/(alpha + sigma),
/// y = x/(alpha + sigma), slope = eps − x0 (Liu et al. 2022, eq. 1, written for any schedule; on rectified
/// flow k = sigma and y = x). The solution is the same, what a solver makes of a finite step is not.
class Coordinate
{
public:
    Coordinate() = default;
    explicit Coordinate(bool flow) : m_flow(flow) {}

    bool isFlow() const { return m_flow; }
    double k(const NoiseLevel& level) const
    {
        return m_flow ? level.sigma / (level.alpha + level.sigma) : level.noiseToSignal();
    }
    /// −log k: lambda in the first coordinate.
    double logarithm(const NoiseLevel& level) const { return m_flow ? -std::log(k(level)) : level.lambda(); }
    /// x = scale·y.
    double scale(const NoiseLevel& level) const { return m_flow ? level.alpha + level.sigma : level.alpha; }
    Tensor slope(const Prediction& prediction) const
    {
        return m_flow ? prediction.epsHat - prediction.x0Hat : prediction.epsHat;
    }
    NoiseLevel level(const schedule::NoiseSchedule& schedule, double k) const
    {
        const double ratio = !m_flow ? k : k < 1 ? k / (1 - k) : std::numeric_limits<double>::infinity();
        return schedule.levelOfNoiseToSignal(ratio);
    }
    /// One Euler step along `slope`: y' = y + (k' − k)·slope, written in x. In sigma/alpha it needs alpha > 0
    /// at `from`.
    Tensor moved(const Tensor& slope, const Tensor& x, const NoiseLevel& from, const NoiseLevel& to) const
    {
        return (scale(to) / scale(from)) * x + (to.sigma - scale(to) * k(from)) * slope;
    }

private:
    bool m_flow = false;
};

/// The option "variable" of samplers that can be written in both.
inline base::Option variableOption()
{
    return base::Option::choice(
               "variable", "Variable", "snr",
               {{"snr", "σ/α"}, {"flow", "σ/(α + σ), the time of flow"}, {"automatic", "As the schedule is"}},
               "The variable that the solver steps in: σ/α, or the time of flow, as other programs do with "
               "models of flow; there it also starts from pure noise.")
        .forCompatibility();
}

/// Whether the option stands for the time of flow on this schedule.
inline Coordinate coordinateFrom(const base::OptionValues& values, const schedule::NoiseSchedule& schedule)
{
    const std::string& variable = base::text(values, "variable");
    return Coordinate(variable == "flow" || (variable == "automatic" && !schedule.isVariancePreserving()));
}

/// What is known of it before there is a schedule: it divides by alpha unless the time of flow is chosen.
inline bool dividesBySignal(const base::OptionValues& values)
{
    return base::text(values, "variable") == "snr";
}

/// The option "to_clean" of multistep solvers on the noise.
inline base::Option cleanStepOption()
{
    return base::Option::choice("to_clean", "Step to the image", "formula",
                                {{"formula", "By the formula"}, {"image", "The estimated image"}},
                                "How the step to a clean end is made: by the solver's formula, or by taking "
                                "the estimated image as it is, as some other programs do.")
        .forCompatibility();
}

/// The level itself, or one just below the noisiest where that holds no signal and lambda is infinite; the
/// state is kept, as other programs do.
inline NoiseLevel withSomeSignal(const NoiseLevel& level, const schedule::NoiseSchedule& schedule)
{
    constexpr double almostAll = 1 - 1e-4;
    return level.alpha > 0 ? level : schedule.levelAt(schedule.levels() * almostAll - 1);
}

/// A step of rectified flow down to a cleaner level than the next, and the factors that make the state at the
/// next level of it: z_t = keep·z_down + up·noise, z = x/(alpha + sigma) (ComfyUI,
/// sample_euler_ancestral_RF).
struct FlowAncestralSplit
{
    double down;
    double keep;
    double up;
};

inline FlowAncestralSplit flowAncestralSplit(double k, double next, double eta)
{
    const double down = next * (1 + (next / k - 1) * eta);
    const double keep = (1 - next) / (1 - down);
    return {down, keep, std::sqrt(std::max(0.0, next * next - down * down * keep * keep))};
}

}  // namespace diffuscope::samplers
