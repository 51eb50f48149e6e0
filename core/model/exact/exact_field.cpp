// SPDX-License-Identifier: GPL-3.0-or-later
// Noises the components for a level, and shares the points among threads.
#include "core/model/exact/exact_field.h"

#include "core/base/error.h"
#include "core/model/exact/mixture_kernels.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <thread>

namespace diffuscope::model {

namespace {

using schedule::NoiseLevel;

/// Below this many pairs of points and components a second thread costs more than it brings.
constexpr std::size_t pairsWorthAThread = 100'000;

struct Symmetric
{
    double xx = 1, xy = 0, yy = 1;

    double determinant() const { return xx * yy - xy * xy; }
    Symmetric inverted() const
    {
        const double d = determinant();
        return {yy / d, -xy / d, xx / d};
    }
};

/// C = alpha² Σ + sigma² I.
Symmetric noisedCovariance(const MixtureComponent& component, const NoiseLevel& level)
{
    const auto& [xx, xy, yy] = component.covariance;
    const double a2 = level.alpha * level.alpha, s2 = level.sigma * level.sigma;
    return {a2 * xx + s2, a2 * xy, a2 * yy + s2};
}

/// alpha Σ C⁻¹, symmetric since the two commute.
Symmetric posteriorGain(const MixtureComponent& component, const NoiseLevel& level, const Symmetric& inverse)
{
    const auto& [xx, xy, yy] = component.covariance;
    return {level.alpha * (xx * inverse.xx + xy * inverse.xy),
            level.alpha * (xx * inverse.xy + xy * inverse.yy),
            level.alpha * (xy * inverse.xy + yy * inverse.yy)};
}

double logNormalizer(const Symmetric& covariance, int dimensions)
{
    const double log2Pi = std::log(2 * std::numbers::pi);
    return dimensions == 1 ? -0.5 * (log2Pi + std::log(covariance.xx))
                           : -log2Pi - 0.5 * std::log(covariance.determinant());
}

bool areEqualIsotropic(std::span<const MixtureComponent> components, int dimensions)
{
    const auto& first = components.front().covariance;
    return std::all_of(components.begin(), components.end(), [&](const MixtureComponent& component) {
        const auto& [xx, xy, yy] = component.covariance;
        return xx == first[0] && (dimensions == 1 || (xy == 0 && yy == xx));
    });
}

NoisedComponents noised(std::span<const MixtureComponent> components, int dimensions, const NoiseLevel& level,
                        double weightSum)
{
    NoisedComponents result;
    result.dimensions = dimensions;
    result.isIsotropic = areEqualIsotropic(components, dimensions);
    const auto add = [](std::vector<double>& values, double value) { values.push_back(value); };
    for (const auto& component : components) {
        Symmetric covariance = noisedCovariance(component, level);
        if (dimensions == 1)
            covariance = {covariance.xx, 0, 1};
        const Symmetric inverse = covariance.inverted();
        const Symmetric gain = posteriorGain(component, level, inverse);
        add(result.logWeight, std::log(component.weight / weightSum) + logNormalizer(covariance, dimensions));
        add(result.meanX, level.alpha * component.mean[0]);
        add(result.meanY, level.alpha * component.mean[1]);
        add(result.cleanX, component.mean[0]);
        add(result.cleanY, component.mean[1]);
        if (result.isIsotropic) {
            result.inverse = inverse.xx;
            result.gain = gain.xx;
            continue;
        }
        add(result.inverseXx, inverse.xx);
        add(result.inverseXy, inverse.xy);
        add(result.inverseYy, inverse.yy);
        add(result.gainXx, gain.xx);
        add(result.gainXy, gain.xy);
        add(result.gainYy, gain.yy);
    }
    return result;
}

/// Two numbers a point on the plane, one on a line.
void put(double* sink, std::size_t row, int dimensions, double x, double y)
{
    if (!sink)
        return;
    sink[row * std::size_t(dimensions)] = x;
    if (dimensions == 2)
        sink[row * 2 + 1] = y;
}

void evaluateRows(const NoisedComponents& components, double sigma, const double* points, std::size_t begin,
                  std::size_t end, const FieldSinks& sinks)
{
    const int dimensions = components.dimensions;
    double x[pointBlock], y[pointBlock];
    BlockAnswer answer;
    for (std::size_t first = begin; first < end; first += pointBlock) {
        const std::size_t count = std::min(pointBlock, end - first);
        for (std::size_t i = 0; i < pointBlock; ++i) {
            const std::size_t row = (first + std::min(i, count - 1)) * std::size_t(dimensions);
            x[i] = points[row];
            y[i] = dimensions == 2 ? points[row + 1] : 0;
        }
        evaluateBlock(components, x, y, answer);
        for (std::size_t i = 0; i < count; ++i) {
            if (sinks.logDensity)
                sinks.logDensity[first + i] = answer.logDensity[i];
            put(sinks.score, first + i, dimensions, -answer.pullX[i], -answer.pullY[i]);
            put(sinks.x0Hat, first + i, dimensions, answer.cleanX[i], answer.cleanY[i]);
            put(sinks.epsHat, first + i, dimensions, sigma * answer.pullX[i], sigma * answer.pullY[i]);
        }
    }
}

}  // namespace

std::vector<double> FieldGrid::points(int dimensions) const
{
    const int rowsUsed = dimensions == 1 ? 1 : rows;
    const auto between = [](double from, double to, int index, int count) {
        return count == 1 ? 0.5 * (from + to) : from + (to - from) * index / (count - 1);
    };
    std::vector<double> values;
    values.reserve(std::size_t(rowsUsed) * std::size_t(columns) * std::size_t(dimensions));
    for (int row = 0; row < rowsUsed; ++row)
        for (int column = 0; column < columns; ++column) {
            values.push_back(between(left, right, column, columns));
            if (dimensions == 2)
                values.push_back(between(bottom, top, row, rows));
        }
    return values;
}

ExactField::ExactField(PointMixture mixture) : m_mixture(std::move(mixture))
{
    m_classWeights.assign(std::size_t(m_mixture.classes()), 0);
    for (const auto& component : m_mixture.components)
        if (component.label >= 0)
            m_classWeights[std::size_t(component.label)] += component.weight;
}

std::pair<std::size_t, std::size_t> ExactField::componentsOf(int label) const
{
    const auto& all = m_mixture.components;
    if (label < 0)
        return {0, all.size()};
    if (label >= int(m_classWeights.size()) || m_classWeights[std::size_t(label)] == 0)
        throw Error(ErrorCode::invalidOption, "The data has no class " + std::to_string(label) + ".",
                    m_classWeights.empty()
                        ? "It has no classes at all; ask for none."
                        : "Choose a class from 0 to " + std::to_string(m_classWeights.size() - 1) + ".");
    const auto has = [label](const MixtureComponent& component) { return component.label == label; };
    const auto first = std::find_if(all.begin(), all.end(), has);
    const auto end = std::find_if_not(first, all.end(), has);
    return {std::size_t(first - all.begin()), std::size_t(end - all.begin())};
}

void ExactField::evaluate(const NoiseLevel& level, std::span<const double> points, const FieldSinks& sinks,
                          int label, int threads) const
{
    const auto [first, end] = componentsOf(label);
    const NoisedComponents components =
        noised(std::span(m_mixture.components).subspan(first, end - first), dimensions(), level,
               label < 0 ? 1 : m_classWeights[std::size_t(label)]);
    const std::size_t rows = points.size() / std::size_t(dimensions());
    if (rows == 0)
        return;
    const std::size_t allowed =
        std::size_t(threads > 0 ? threads : int(std::max(1u, std::thread::hardware_concurrency())));
    const std::size_t blocks = (rows + pointBlock - 1) / pointBlock;
    const std::size_t parts =
        std::clamp<std::size_t>(rows * components.size() / pairsWorthAThread, 1, std::min(allowed, blocks));
    const auto evaluatePart = [&](std::size_t part) {
        const std::size_t begin = blocks * part / parts * pointBlock;
        const std::size_t stop = std::min(rows, blocks * (part + 1) / parts * pointBlock);
        evaluateRows(components, level.sigma, points.data(), begin, stop, sinks);
    };
    std::vector<std::jthread> others;
    for (std::size_t part = 1; part < parts; ++part)
        others.emplace_back(evaluatePart, part);
    evaluatePart(0);
}

FieldValues ExactField::evaluate(const NoiseLevel& level, std::span<const double> points, int label,
                                 int threads) const
{
    FieldValues values;
    values.logDensity.resize(points.size() / std::size_t(dimensions()));
    values.score.resize(points.size());
    values.x0Hat.resize(points.size());
    evaluate(
        level, points,
        {.logDensity = values.logDensity.data(), .score = values.score.data(), .x0Hat = values.x0Hat.data()},
        label, threads);
    return values;
}

std::vector<double> ExactField::responsibilities(const NoiseLevel& level, std::span<const double> point,
                                                 int label) const
{
    const auto [first, end] = componentsOf(label);
    std::vector<double> shares(m_mixture.components.size(), 0);
    double top = -HUGE_VAL;
    for (std::size_t k = first; k < end; ++k) {
        const MixtureComponent& component = m_mixture.components[k];
        Symmetric covariance = noisedCovariance(component, level);
        if (dimensions() == 1)
            covariance = {covariance.xx, 0, 1};
        const Symmetric inverse = covariance.inverted();
        const double dx = point[0] - level.alpha * component.mean[0];
        const double dy = dimensions() == 2 ? point[1] - level.alpha * component.mean[1] : 0;
        shares[k] = std::log(component.weight) + logNormalizer(covariance, dimensions()) -
                    0.5 * (inverse.xx * dx * dx + 2 * inverse.xy * dx * dy + inverse.yy * dy * dy);
        top = std::max(top, shares[k]);
    }
    double sum = 0;
    for (std::size_t k = first; k < end; ++k)
        sum += shares[k] = std::exp(shares[k] - top);
    for (double& share : shares)
        share /= sum;
    return shares;
}

std::array<double, 3> ExactField::posteriorCovariance(const NoiseLevel& level, std::span<const double> point,
                                                      int label) const
{
    const std::vector<double> shares = responsibilities(level, point, label);
    std::array<double, 2> mean{};
    std::array<double, 3> second{};
    for (std::size_t k = 0; k < shares.size(); ++k) {
        if (shares[k] == 0)
            continue;
        const MixtureComponent& component = m_mixture.components[k];
        Symmetric covariance = noisedCovariance(component, level);
        if (dimensions() == 1)
            covariance = {covariance.xx, 0, 1};
        const Symmetric inverse = covariance.inverted();
        const Symmetric gain = posteriorGain(component, level, inverse);
        const double dx = point[0] - level.alpha * component.mean[0];
        const double dy = dimensions() == 2 ? point[1] - level.alpha * component.mean[1] : 0;
        const double x = component.mean[0] + gain.xx * dx + gain.xy * dy;
        const double y = component.mean[1] + gain.xy * dx + gain.yy * dy;
        // S = Σ − alpha Σ C⁻¹ alpha Σ = sigma² Σ C⁻¹
        const double s2 = level.sigma * level.sigma;
        const auto& [cxx, cxy, cyy] = component.covariance;
        mean[0] += shares[k] * x;
        mean[1] += shares[k] * y;
        second[0] += shares[k] * (s2 * (cxx * inverse.xx + cxy * inverse.xy) + x * x);
        second[1] += shares[k] * (s2 * (cxx * inverse.xy + cxy * inverse.yy) + x * y);
        second[2] += shares[k] * (s2 * (cxy * inverse.xy + cyy * inverse.yy) + y * y);
    }
    if (dimensions() == 1)
        return {second[0] - mean[0] * mean[0], 0, 0};
    return {second[0] - mean[0] * mean[0], second[1] - mean[0] * mean[1], second[2] - mean[1] * mean[1]};
}

}  // namespace diffuscope::model
