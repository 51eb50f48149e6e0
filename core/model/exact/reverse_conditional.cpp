// SPDX-License-Identifier: GPL-3.0-or-later
// Exact reverse conditionals on a line, by the algebra of Gaussians and one integral.
#include "core/model/exact/reverse_conditional.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace diffuscope::model {

namespace {

using schedule::NoiseLevel;

double normalDensity(double x, double mean, double variance)
{
    const double d = x - mean;
    return std::exp(-d * d / (2 * variance)) / std::sqrt(2 * std::numbers::pi * variance);
}

double normalCdf(double z)
{
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

void requireLine(const ExactField& field)
{
    if (field.dimensions() != 1)
        throw Error(ErrorCode::invalidOption, "The reverse conditional is drawn for data on a line only.",
                    "Choose data of one dimension, such as exact:pair.");
}

/// The variance b² that a step from `to` to `from` adds, relative to `from`.
double addedVariance(const NoiseLevel& from, const NoiseLevel& to)
{
    const double a = from.alpha / to.alpha;
    return from.sigma * from.sigma - a * a * to.sigma * to.sigma;
}

void requireOrder(const NoiseLevel& from, const NoiseLevel& to)
{
    if (!(to.alpha > 0) || !(addedVariance(from, to) > 0))
        throw Error(ErrorCode::invalidOption, "A reverse step goes from a noisier level to a cleaner one.",
                    "Take a level with less noise.");
}

/// Panels so narrow that within each an integrand made of bells of these middles and widths is a polynomial,
/// to the accuracy of the rule below.
std::vector<double> panelsAround(std::vector<std::pair<double, double>> bells)
{
    constexpr int perSide = 24;
    constexpr double reach = 12;
    // Bells of nearly one width and place share their panels.
    std::sort(bells.begin(), bells.end());
    bells.erase(std::unique(bells.begin(), bells.end(),
                            [](const auto& a, const auto& b) {
                                return std::abs(a.first - b.first) < 0.02 * a.second &&
                                       std::abs(a.second - b.second) < 0.02 * a.second;
                            }),
                bells.end());
    std::vector<double> edges;
    for (const auto& [middle, width] : bells)
        for (int i = -perSide; i <= perSide; ++i)
            edges.push_back(middle + width * reach * i / perSide);
    std::sort(edges.begin(), edges.end());
    return edges;
}

/// The 8-point rule of Gauss and Legendre on (−1, 1), positive half.
constexpr std::array<double, 4> legendreNodes{0.18343464249564980494, 0.52553240991632898582,
                                              0.79666647741362673959, 0.96028985649753623168};
constexpr std::array<double, 4> legendreWeights{0.36268378337836198297, 0.31370664587788728734,
                                                0.22238103445337447054, 0.10122853629037625915};

template <typename Function>
double integral(double a, double b, const Function& function)
{
    const double middle = 0.5 * (a + b), half = 0.5 * (b - a);
    double sum = 0;
    for (std::size_t i = 0; i < legendreNodes.size(); ++i)
        sum += legendreWeights[i] *
               (function(middle - half * legendreNodes[i]) + function(middle + half * legendreNodes[i]));
    return half * sum;
}

/// Where a function that has different signs at a and b is 0.
template <typename Function>
double crossing(double a, double b, const Function& function)
{
    const bool isPositive = function(a) > 0;
    for (int halving = 0; halving < 60; ++halving) {
        const double middle = 0.5 * (a + b);
        ((function(middle) > 0) == isPositive ? a : b) = middle;
    }
    return 0.5 * (a + b);
}

}  // namespace

double ReverseConditional::mean() const
{
    double sum = 0;
    for (std::size_t k = 0; k < weights.size(); ++k)
        sum += weights[k] * means[k];
    return sum;
}

double ReverseConditional::variance() const
{
    const double middle = mean();
    double sum = 0;
    for (std::size_t k = 0; k < weights.size(); ++k)
        sum += weights[k] * (variances[k] + (means[k] - middle) * (means[k] - middle));
    return sum;
}

double ReverseConditional::density(double x) const
{
    double sum = 0;
    for (std::size_t k = 0; k < weights.size(); ++k)
        if (weights[k] > 0)
            sum += weights[k] * normalDensity(x, means[k], variances[k]);
    return sum;
}

double ReverseConditional::probabilityBelow(double x) const
{
    double sum = 0;
    for (std::size_t k = 0; k < weights.size(); ++k)
        sum += weights[k] * normalCdf((x - means[k]) / std::sqrt(variances[k]));
    return sum;
}

double LineGaussian::density(double x) const
{
    if (variance <= 0)
        return 0;
    return normalDensity(x, mean, variance);
}

ReverseConditional reverseConditional(const ExactField& field, const NoiseLevel& from, const NoiseLevel& to,
                                      double x, int label)
{
    requireLine(field);
    requireOrder(from, to);
    const double a = from.alpha / to.alpha;
    const double added = addedVariance(from, to);
    ReverseConditional result;
    const std::vector<double> shares = field.responsibilities(from, std::span(&x, 1), label);
    const auto& components = field.mixture().components;
    for (std::size_t k = 0; k < components.size(); ++k) {
        if (shares[k] == 0)
            continue;
        const double variance = components[k].covariance[0], mean = components[k].mean[0];
        const double toVariance = to.alpha * to.alpha * variance + to.sigma * to.sigma;
        const double fromVariance = from.alpha * from.alpha * variance + from.sigma * from.sigma;
        result.weights.push_back(shares[k]);
        result.means.push_back(to.alpha * mean + a * toVariance / fromVariance * (x - from.alpha * mean));
        result.variances.push_back(toVariance * added / fromVariance);
    }
    return result;
}

LineGaussian samplersGaussian(const ExactField& field, const NoiseLevel& from, const NoiseLevel& to, double x,
                              double eta, bool usesBeta, int label)
{
    requireLine(field);
    requireOrder(from, to);
    double x0Hat = 0, epsHat = 0;
    field.evaluate(from, std::span(&x, 1), {.x0Hat = &x0Hat, .epsHat = &epsHat}, label);
    const double ratio = to.sigma / from.sigma;
    const double posterior = eta * eta * ratio * ratio * addedVariance(from, to);
    const double direction = std::sqrt(std::max(0.0, to.sigma * to.sigma - posterior));
    return {.mean = to.alpha * x0Hat + direction * epsHat,
            .variance = usesBeta ? eta * eta * addedVariance(from, to) : posterior};
}

ConditionalDistance distanceBetween(const ReverseConditional& exact, const LineGaussian& gaussian)
{
    if (gaussian.variance <= 0)
        return {1, std::numeric_limits<double>::infinity()};
    std::vector<std::pair<double, double>> bells{{gaussian.mean, std::sqrt(gaussian.variance)}};
    for (std::size_t k = 0; k < exact.weights.size(); ++k)
        if (exact.weights[k] > 1e-16)
            bells.emplace_back(exact.means[k], std::sqrt(exact.variances[k]));
    const std::vector<double> edges = panelsAround(std::move(bells));
    const double logNormalizer = -0.5 * std::log(2 * std::numbers::pi * gaussian.variance);
    const auto logGaussian = [&](double x) {
        const double d = x - gaussian.mean;
        return logNormalizer - d * d / (2 * gaussian.variance);
    };
    const auto term = [&](double x) {
        const double q = exact.density(x);
        return q > 0 ? q * (std::log(q) - logGaussian(x)) : 0.0;
    };
    const auto difference = [&](double x) { return exact.density(x) - gaussian.density(x); };
    const auto excessBelow = [&](double x) {
        return exact.probabilityBelow(x) - normalCdf((x - gaussian.mean) / std::sqrt(gaussian.variance));
    };
    double divergence = 0, variation = 0;
    double lastDifference = difference(edges.front()), lastExcess = 0;
    for (std::size_t i = 1; i < edges.size(); ++i) {
        divergence += integral(edges[i - 1], edges[i], term);
        // Between two places where the densities cross, |q − g| integrates to a difference of distributions.
        const double here = difference(edges[i]);
        if ((here > 0) == (lastDifference > 0))
            continue;
        const double excess = excessBelow(crossing(edges[i - 1], edges[i], difference));
        variation += std::abs(excess - lastExcess);
        lastExcess = excess;
        lastDifference = here;
    }
    variation += std::abs(lastExcess);
    return {std::clamp(0.5 * variation, 0.0, 1.0), std::max(0.0, divergence)};
}

std::vector<double> quantilesOf(const ExactField& field, const NoiseLevel& level, int count, int label)
{
    requireLine(field);
    const auto [first, end] = field.componentsOf(label);
    const auto& components = field.mixture().components;
    double total = 0, low = HUGE_VAL, high = -HUGE_VAL;
    for (std::size_t k = first; k < end; ++k) {
        const double sd =
            std::sqrt(level.alpha * level.alpha * components[k].covariance[0] + level.sigma * level.sigma);
        total += components[k].weight;
        low = std::min(low, level.alpha * components[k].mean[0] - 40 * sd);
        high = std::max(high, level.alpha * components[k].mean[0] + 40 * sd);
    }
    const auto below = [&](double x) {
        double sum = 0;
        for (std::size_t k = first; k < end; ++k) {
            const double sd = std::sqrt(level.alpha * level.alpha * components[k].covariance[0] +
                                        level.sigma * level.sigma);
            sum += components[k].weight * normalCdf((x - level.alpha * components[k].mean[0]) / sd);
        }
        return sum / total;
    };
    std::vector<double> quantiles;
    for (int i = 0; i < count; ++i) {
        const double wanted = (i + 0.5) / count;
        double a = quantiles.empty() ? low : quantiles.back(), b = high;
        for (int halving = 0; halving < 200 && b - a > 1e-15 * (1 + std::abs(a)); ++halving) {
            const double middle = 0.5 * (a + b);
            (below(middle) < wanted ? a : b) = middle;
        }
        quantiles.push_back(0.5 * (a + b));
    }
    return quantiles;
}

std::vector<StepDistance> distancesAlong(const ExactField& field, std::span<const NoiseLevel> levels,
                                         double eta, int quantiles)
{
    std::vector<StepDistance> distances;
    for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
        StepDistance distance{.step = levels[i].t, .ofMoments = {}, .ofSampler = {}};
        for (const double x : quantilesOf(field, levels[i], quantiles)) {
            const ReverseConditional exact = reverseConditional(field, levels[i], levels[i + 1], x);
            const auto moments = distanceBetween(exact, {exact.mean(), exact.variance()});
            const auto own =
                distanceBetween(exact, samplersGaussian(field, levels[i], levels[i + 1], x, eta));
            distance.ofMoments.totalVariation += moments.totalVariation / quantiles;
            distance.ofMoments.divergence += moments.divergence / quantiles;
            distance.ofSampler.totalVariation += own.totalVariation / quantiles;
            distance.ofSampler.divergence += own.divergence / quantiles;
        }
        distances.push_back(distance);
    }
    return distances;
}

double mergingAlphaBar(double mean, double sd)
{
    const double excess = mean * mean - sd * sd;
    return excess <= 0 ? 1 : 1 / (1 + excess);
}

int countTops(const ExactField& field, const NoiseLevel& level)
{
    requireLine(field);
    // The derivative of log p changes its sign from + to − at each top; between neighbouring middles of bells
    // a fine grid sees all of them.
    const auto& components = field.mixture().components;
    double least = HUGE_VAL;
    for (const auto& component : components)
        least = std::min(least, component.covariance[0]);
    const double sd = std::sqrt(level.alpha * level.alpha * least + level.sigma * level.sigma);
    const auto extent = extentOf(field.mixture(), level.alpha, level.sigma);
    const int count = int(std::clamp((extent[2] - extent[0]) / (0.01 * sd), 1000.0, 1e6));
    // An even count of points keeps the grid of symmetric data off its middle, where the score is 0.
    const FieldGrid grid{.left = extent[0], .right = extent[2], .columns = count + count % 2, .rows = 1};
    const FieldValues values = field.evaluate(level, grid.points(1));
    int tops = 0;
    for (std::size_t i = 0; i + 1 < values.score.size(); ++i)
        tops += values.score[i] > 0 && values.score[i + 1] <= 0 ? 1 : 0;
    return tops;
}

int firstUnimodalLevel(const ExactField& field, std::span<const NoiseLevel> levels)
{
    for (std::size_t i = 0; i < levels.size(); ++i)
        if (countTops(field, levels[i]) == 1)
            return int(i);
    return int(levels.size());
}

}  // namespace diffuscope::model
