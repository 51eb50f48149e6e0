// SPDX-License-Identifier: GPL-3.0-or-later
// Integrates a point and the volume around it along the probability-flow ODE.
#include "core/model/exact/ode_density.h"

#include "core/base/error.h"

#include <cmath>
#include <numbers>

namespace diffuscope::model {

namespace {

using schedule::NoiseLevel;

/// A point in the space of x/alpha, and the logarithm of the volume around it.
struct FlowState
{
    std::array<double, 2> y{};
    double logVolume = 0;
};

FlowState moved(const FlowState& state, const FlowState& slope, double step)
{
    return {{state.y[0] + step * slope.y[0], state.y[1] + step * slope.y[1]},
            state.logVolume + step * slope.logVolume};
}

/// d/d(log k) of the state: y − x0Hat, and D − tr(Cov[x0 | y])/k².
FlowState slopeAt(const ExactField& field, const FlowState& state, double logK, int label)
{
    const double k = std::exp(logK);
    const NoiseLevel level{.t = 0, .alpha = 1, .sigma = k};
    const auto dimensions = std::size_t(field.dimensions());
    const std::span<const double> point(state.y.data(), dimensions);
    std::array<double, 2> x0Hat{};
    field.evaluate(level, point, {.x0Hat = x0Hat.data()}, label);
    const auto covariance = field.posteriorCovariance(level, point, label);
    FlowState slope;
    for (std::size_t d = 0; d < dimensions; ++d) {
        slope.y[d] = state.y[d] - x0Hat[d];
        slope.logVolume += 1 - covariance[2 * d] / (k * k);
    }
    return slope;
}

FlowState flowed(const ExactField& field, FlowState state, double from, double to, int steps, int label)
{
    const double step = (to - from) / steps;
    for (int i = 0; i < steps; ++i) {
        const double at = from + i * step;
        const FlowState k1 = slopeAt(field, state, at, label);
        const FlowState k2 = slopeAt(field, moved(state, k1, step / 2), at + step / 2, label);
        const FlowState k3 = slopeAt(field, moved(state, k2, step / 2), at + step / 2, label);
        const FlowState k4 = slopeAt(field, moved(state, k3, step), at + step, label);
        state = moved(state, k1, step / 6);
        state = moved(state, k2, step / 3);
        state = moved(state, k3, step / 3);
        state = moved(state, k4, step / 6);
    }
    return state;
}

}  // namespace

OdeDensity odeDensity(const ExactField& field, const schedule::NoiseSchedule& schedule,
                      const NoiseLevel& from, std::span<const double> point, int steps, int label)
{
    if (!(from.sigma > 0) || !(from.alpha > 0))
        throw Error(ErrorCode::invalidOption, "The ODE begins at a level with noise and with data.",
                    "Take a time of 0 or above, below the last where that has no data.");
    if (steps < 1)
        throw Error(ErrorCode::invalidOption, "The ODE needs at least one step.", "Take 400 steps.");
    NoiseLevel end = schedule.level(schedule.levels() - 1);
    if (!(end.alpha > 0))
        end = schedule.level(schedule.levels() - 2);
    const auto dimensions = std::size_t(field.dimensions());
    OdeDensity result;
    field.evaluate(from, point, {.logDensity = &result.exact}, label);
    FlowState state;
    for (std::size_t d = 0; d < dimensions; ++d)
        state.y[d] = point[d] / from.alpha;
    const double first = std::log(from.noiseToSignal()), last = std::log(end.noiseToSignal());
    const FlowState arrived = flowed(field, state, first, last, steps, label);
    double square = 0;
    for (std::size_t d = 0; d < dimensions; ++d) {
        result.end[d] = end.alpha * arrived.y[d];
        square += result.end[d] * result.end[d];
    }
    const double count = double(dimensions);
    // The prior of the last level: of variance alpha² + sigma² for data of variance 1.
    const double variance = end.alpha * end.alpha + end.sigma * end.sigma;
    result.logPrior = -0.5 * count * std::log(2 * std::numbers::pi * variance) - square / (2 * variance);
    // From x to y = x/alpha and back, volumes change by the alphas.
    result.logVolume = arrived.logVolume + count * (std::log(end.alpha) - std::log(from.alpha));
    result.logDensity = result.logPrior + result.logVolume;
    const FlowState back = flowed(field, {arrived.y, 0}, last, first, steps, label);
    for (std::size_t d = 0; d < dimensions; ++d)
        result.back[d] = from.alpha * back.y[d];
    return result;
}

}  // namespace diffuscope::model
