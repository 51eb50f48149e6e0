// SPDX-License-Identifier: GPL-3.0-or-later
// Checks mixtures, makes them of points, and draws from them.
#include "core/model/exact/point_mixture.h"

#include "core/base/error.h"
#include "core/random/philox.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace diffuscope::model {

namespace {

[[noreturn]] void refuseMixture(const std::string& message, const std::string& hint)
{
    throw Error(ErrorCode::invalidOption, message, hint);
}

std::string shortText(double number)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", number);
    return text;
}

void checkComponent(const MixtureComponent& component, int dimensions, const std::string& name)
{
    const auto& [xx, xy, yy] = component.covariance;
    const bool isFinite = std::isfinite(component.weight) && std::isfinite(component.mean[0]) &&
                          std::isfinite(component.mean[1]) && std::isfinite(xx) && std::isfinite(xy) &&
                          std::isfinite(yy);
    if (!isFinite)
        refuseMixture(name + " has a number that is not finite.", "Give plain numbers.");
    if (!(component.weight > 0))
        refuseMixture(name + " has the weight " + shortText(component.weight) + ", but weights are above 0.",
                      "Leave the component out, or give it a weight above 0.");
    const bool isDefinite = xx > 0 && (dimensions == 1 || (yy > 0 && xx * yy - xy * xy > 1e-14 * xx * yy));
    if (!isDefinite)
        refuseMixture(name + " has a covariance that is not positive definite.",
                      "Both variances must be above 0, and xy between −√(xx·yy) and √(xx·yy).");
    if (component.label < -1 || component.label >= mostClasses)
        refuseMixture(name + " has the class " + std::to_string(component.label) + ", but classes are 0 to " +
                          std::to_string(mostClasses - 1) + ".",
                      "Number the classes from 0.");
}

/// The range [first, end) of components of a class; of all for −1. Components are in order of their labels.
std::pair<std::size_t, std::size_t> rangeOfLabel(const PointMixture& mixture, int label)
{
    if (label < 0)
        return {0, mixture.components.size()};
    const auto byLabel = [](const MixtureComponent& a, const MixtureComponent& b) {
        return a.label < b.label;
    };
    MixtureComponent wanted;
    wanted.label = label;
    const auto [begin, end] =
        std::equal_range(mixture.components.begin(), mixture.components.end(), wanted, byLabel);
    if (begin == end)
        refuseMixture("The data has no class " + std::to_string(label) + ".",
                      mixture.classes() == 0
                          ? "It has no classes at all; ask for none."
                          : "Choose a class from 0 to " + std::to_string(mixture.classes() - 1) + ".");
    return {std::size_t(begin - mixture.components.begin()), std::size_t(end - mixture.components.begin())};
}

}  // namespace

int PointMixture::classes() const
{
    int most = -1;
    for (const auto& component : components)
        most = std::max(most, component.label);
    return most + 1;
}

void PointSet::add(std::array<double, 2> point, int label)
{
    values.insert(values.end(), point.begin(), point.begin() + dimensions);
    labels.push_back(label);
}

PointMixture checkedMixture(PointMixture mixture, const std::string& what)
{
    auto& components = mixture.components;
    if (mixture.dimensions != 1 && mixture.dimensions != 2)
        refuseMixture(
            what + " has " + std::to_string(mixture.dimensions) + " dimensions, but may have 1 or 2.",
            "Give points of a line or of the plane.");
    if (components.empty())
        refuseMixture(what + " has no components.", "Give at least one.");
    if (components.size() > mostComponents)
        refuseMixture(what + " has " + std::to_string(components.size()) + " components; at most " +
                          std::to_string(mostComponents) + " are possible.",
                      "Take a part of them.");
    double sum = 0;
    for (std::size_t k = 0; k < components.size(); ++k) {
        checkComponent(components[k], mixture.dimensions,
                       "Component " + std::to_string(k + 1) + " of " + what);
        sum += components[k].weight;
        if (mixture.dimensions == 1) {
            components[k].mean[1] = 0;
            components[k].covariance = {components[k].covariance[0], 0, 1};
        }
    }
    if (std::abs(sum - 1) > 1e-6)
        refuseMixture("The weights of " + what + " add up to " + shortText(sum) + ", but must add up to 1.",
                      "Divide each by their sum.");
    for (auto& component : components)
        component.weight /= sum;
    std::stable_sort(components.begin(), components.end(),
                     [](const MixtureComponent& a, const MixtureComponent& b) { return a.label < b.label; });
    return mixture;
}

PointMixture kernelMixture(const PointSet& points, double width, const std::string& what)
{
    if (points.size() == 0)
        refuseMixture(what + " has no points.", "Give at least one.");
    if (points.size() > mostComponents)
        refuseMixture(what + " has " + std::to_string(points.size()) + " points; at most " +
                          std::to_string(mostComponents) + " can be the data of an exact model.",
                      "Take every tenth, or fewer.");
    if (!(width > 0) || !std::isfinite(width))
        refuseMixture(
            "The width of the kernel is " + shortText(width) + ", but must be above 0.",
            "Set it to about 0.05; towards 0 the model remembers its points and makes nothing new.");
    PointMixture mixture{.dimensions = points.dimensions, .components = {}};
    mixture.components.reserve(points.size());
    for (std::size_t k = 0; k < points.size(); ++k) {
        const auto point = points.point(k);
        mixture.components.push_back({.weight = 1.0 / double(points.size()),
                                      .mean = {point[0], points.dimensions == 2 ? point[1] : 0},
                                      .covariance = {width * width, 0, width * width},
                                      .label = points.labels[k]});
    }
    return checkedMixture(std::move(mixture), what);
}

PointSet drawPoints(const PointMixture& mixture, std::size_t count, std::uint64_t seed, int label)
{
    const auto [first, end] = rangeOfLabel(mixture, label);
    std::vector<double> sums;
    sums.reserve(end - first);
    double sum = 0;
    for (std::size_t k = first; k < end; ++k)
        sums.push_back(sum += mixture.components[k].weight);
    PointSet points{.dimensions = mixture.dimensions, .values = {}, .labels = {}};
    points.values.reserve(count * std::size_t(mixture.dimensions));
    points.labels.reserve(count);
    for (std::size_t k = 0; k < count; ++k) {
        const random::NormalStream stream{seed, std::uint32_t(k), random::NormalStream::oracleData, 0};
        const auto chosen = std::upper_bound(sums.begin(), sums.end(), random::uniform(stream, 0) * sum);
        const std::size_t index = std::min(std::size_t(chosen - sums.begin()), sums.size() - 1);
        const MixtureComponent& component = mixture.components[first + index];
        std::array<double, 2> noise{};
        random::fillNormal(stream, std::span<double>(noise).first(std::size_t(mixture.dimensions)));
        const auto& [xx, xy, yy] = component.covariance;
        // The Cholesky factor of the covariance.
        const double sx = std::sqrt(xx);
        const double slope = xy / sx;
        points.add({component.mean[0] + sx * noise[0],
                    component.mean[1] + slope * noise[0] + std::sqrt(yy - slope * slope) * noise[1]},
                   component.label);
    }
    return points;
}

Moments momentsOf(const PointMixture& mixture)
{
    Moments moments;
    for (const auto& component : mixture.components)
        for (std::size_t d = 0; d < 2; ++d)
            moments.mean[d] += component.weight * component.mean[d];
    for (const auto& component : mixture.components) {
        const double x = component.mean[0] - moments.mean[0];
        const double y = component.mean[1] - moments.mean[1];
        moments.covariance[0] += component.weight * (component.covariance[0] + x * x);
        moments.covariance[1] += component.weight * (component.covariance[1] + x * y);
        moments.covariance[2] += component.weight * (component.covariance[2] + y * y);
    }
    return moments;
}

std::array<double, 4> extentOf(const PointMixture& mixture, double alpha, double sigma)
{
    std::array<double, 4> extent{HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    for (const auto& component : mixture.components)
        for (std::size_t d = 0; d < 2; ++d) {
            const double reach = 3 * std::sqrt(alpha * alpha * component.covariance[2 * d] + sigma * sigma);
            extent[d] = std::min(extent[d], alpha * component.mean[d] - reach);
            extent[d + 2] = std::max(extent[d + 2], alpha * component.mean[d] + reach);
        }
    if (mixture.dimensions == 1)
        extent[1] = extent[3] = 0;
    return extent;
}

}  // namespace diffuscope::model
