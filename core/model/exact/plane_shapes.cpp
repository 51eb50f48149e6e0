// SPDX-License-Identifier: GPL-3.0-or-later
// Walks each curve in equal steps of its parameter.
#include "core/model/exact/plane_shapes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace diffuscope::model {

namespace {

using std::numbers::pi;

/// Calls add(u) for `count` values of u in the middles of equal parts of (0, 1).
template <typename Add>
void alongUnit(int count, Add add)
{
    for (int i = 0; i < count; ++i)
        add((i + 0.5) / count);
}

MixtureComponent roundComponent(double x, double y, double width, int label)
{
    return {.weight = 1, .mean = {x, y}, .covariance = {width * width, 0, width * width}, .label = label};
}

PointMixture withEqualWeights(std::vector<MixtureComponent> components)
{
    for (auto& component : components)
        component.weight = 1.0 / double(components.size());
    return {.dimensions = 2, .components = std::move(components)};
}

}  // namespace

PointMixture moonsShape(const ShapeOptions& options)
{
    std::vector<MixtureComponent> components;
    alongUnit(std::max(1, options.points / 2), [&](double u) {
        const double angle = pi * u;
        const auto add = [&](double x, double y, int label) {
            components.push_back(roundComponent(2 * x - 1, 2 * y - 0.2, options.width, label));
        };
        add(std::cos(angle), std::sin(angle), 0);
        add(1 - std::cos(angle), 0.5 - std::sin(angle), 1);
    });
    return withEqualWeights(std::move(components));
}

PointMixture circlesShape(const ShapeOptions& options)
{
    std::vector<MixtureComponent> components;
    alongUnit(std::max(1, options.points / 2), [&](double u) {
        const double x = std::cos(2 * pi * u), y = std::sin(2 * pi * u);
        components.push_back(roundComponent(3 * x, 3 * y, options.width, 0));
        components.push_back(roundComponent(1.5 * x, 1.5 * y, options.width, 1));
    });
    return withEqualWeights(std::move(components));
}

PointMixture swissRollShape(const ShapeOptions& options)
{
    std::vector<MixtureComponent> components;
    alongUnit(options.points, [&](double u) {
        const double t = 1.5 * pi * (1 + 2 * u);
        components.push_back(roundComponent(t * std::cos(t) / 5, t * std::sin(t) / 5, options.width, -1));
    });
    return withEqualWeights(std::move(components));
}

PointMixture sCurveShape(const ShapeOptions& options)
{
    std::vector<MixtureComponent> components;
    alongUnit(options.points, [&](double u) {
        const double t = 3 * pi * (u - 0.5);
        components.push_back(
            roundComponent(std::sin(t), std::copysign(1.0, t) * (std::cos(t) - 1), options.width, -1));
    });
    return withEqualWeights(std::move(components));
}

PointMixture spiralsShape(const ShapeOptions& options)
{
    std::vector<MixtureComponent> components;
    alongUnit(std::max(1, options.points / 2), [&](double u) {
        const double t = std::sqrt(u) * 3 * pi;  // 540°
        // A uniform number of mean ¼ is added to both coordinates; its variance 1/48 goes into the width.
        const double x = (-std::cos(t) * t + 0.25) / 3, y = (std::sin(t) * t + 0.25) / 3;
        const double width = std::sqrt(options.width * options.width + 1.0 / 48 / 9);
        components.push_back(roundComponent(x, y, width, 0));
        components.push_back(roundComponent(-x, -y, width, 1));
    });
    return withEqualWeights(std::move(components));
}

PointMixture checkerboardShape(const ShapeOptions& options)
{
    const int side = std::max(1, int(std::lround(std::sqrt(options.points / 8.0))));
    std::vector<MixtureComponent> components;
    for (int column = 0; column < 4; ++column)
        for (int square = 0; square < 2; ++square) {
            // x1 = 4u − 2, x2 = u − 2·{0, 1} + (floor(x1) mod 2), both times 2.
            const double left = 2.0 * column - 4;
            const double bottom = 2.0 * (column % 2) - 4.0 * square;
            alongUnit(side, [&](double u) {
                alongUnit(side, [&](double v) {
                    components.push_back(roundComponent(left + 2 * u, bottom + 2 * v, options.width, -1));
                });
            });
        }
    return withEqualWeights(std::move(components));
}

PointMixture lineShape(const ShapeOptions& options)
{
    std::vector<MixtureComponent> components;
    alongUnit(options.points, [&](double u) {
        components.push_back(roundComponent(5 * u - 2.5, 5 * u - 2.5, options.width, -1));
    });
    return withEqualWeights(std::move(components));
}

PointMixture cosineShape(const ShapeOptions& options)
{
    std::vector<MixtureComponent> components;
    alongUnit(options.points, [&](double u) {
        const double x = 5 * u - 2.5;
        components.push_back(roundComponent(x, 2.5 * std::sin(x), options.width, -1));
    });
    return withEqualWeights(std::move(components));
}

PointMixture pinwheelShape(const ShapeOptions& options)
{
    constexpr int arms = 5;
    constexpr double radialSd = 0.3, rate = 0.25, scale = 2;
    const int nodes = std::max(2, options.points / arms);
    const double reach = 3.5;  // standard deviations along an arm
    const double spacing = 2 * reach / nodes;
    std::vector<MixtureComponent> components;
    double sum = 0;
    for (int arm = 0; arm < arms; ++arm)
        alongUnit(nodes, [&](double u) {
            const double z = reach * (2 * u - 1);
            const double radius = 1 + radialSd * z;
            const double angle = 2 * pi * arm / arms + rate * std::exp(radius);
            const double c = std::cos(angle), s = std::sin(angle);
            // Gaussian across the arm, and along it as wide as the distance of the nodes.
            const double along = std::pow(scale * radialSd * spacing, 2);
            const double across = options.width * options.width;
            MixtureComponent component{
                .weight = std::exp(-z * z / 2),
                .mean = {scale * radius * c, -scale * radius * s},
                .covariance = {along * c * c + across * s * s, (across - along) * c * s,
                               along * s * s + across * c * c},
                .label = arm};
            sum += component.weight;
            components.push_back(component);
        });
    for (auto& component : components)
        component.weight /= sum;
    return {.dimensions = 2, .components = std::move(components)};
}

PointMixture ringOfGaussians(int modes, double radius, double sd)
{
    std::vector<MixtureComponent> components;
    for (int mode = 0; mode < modes; ++mode) {
        const double angle = 2 * pi * mode / modes;
        components.push_back(roundComponent(radius * std::cos(angle), radius * std::sin(angle), sd, mode));
    }
    return withEqualWeights(std::move(components));
}

}  // namespace diffuscope::model
