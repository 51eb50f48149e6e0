// SPDX-License-Identifier: GPL-3.0-or-later
// Data of the plane or the line as a mixture of Gaussians, for which every answer is known in closed form.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace diffuscope::model {

/// One Gaussian of a mixture. On a line only the first entries count.
struct MixtureComponent
{
    double weight = 1;
    std::array<double, 2> mean{};
    std::array<double, 3> covariance{1, 0, 1};  ///< xx, xy, yy
    int label = -1;                             ///< its class, −1 for none

    bool operator==(const MixtureComponent&) const = default;
};

/// Data x0 ~ sum_k w_k N(mean_k, cov_k) in one or two dimensions.
struct PointMixture
{
    int dimensions = 2;
    std::vector<MixtureComponent> components;

    /// One more than the largest label; 0 where no component has one.
    int classes() const;
    bool operator==(const PointMixture&) const = default;
};

/// Points, row by row, with their classes (−1 for none), one a row.
struct PointSet
{
    int dimensions = 2;
    std::vector<double> values;  ///< [N, dimensions]
    std::vector<int> labels;     ///< [N]

    std::size_t size() const { return labels.size(); }
    std::span<const double> point(std::size_t k) const
    {
        return std::span(values).subspan(k * std::size_t(dimensions), std::size_t(dimensions));
    }
    void add(std::array<double, 2> point, int label = -1);
};

/// No mixture has more components, and no set more points.
constexpr std::size_t mostComponents = 100'000;
constexpr std::size_t mostPoints = 1'000'000;
/// Classes are numbered 0 … mostClasses − 1.
constexpr int mostClasses = 1000;

/// The mixture with its components in order of their labels and weights that sum to 1 exactly. `what` is how
/// messages call it ("mixture.json"). Throws Error(invalidOption) for no component or more than
/// mostComponents, numbers that are not finite, weights that are not above 0 or do not add up to 1 (to 1e-6),
/// covariances that are not positive definite, and labels outside −1 … mostClasses − 1.
PointMixture checkedMixture(PointMixture mixture, const std::string& what);

/// The kernel density of a set of points: the mixture of equal Gaussians of standard deviation `width` at the
/// points. As the width goes to 0 its denoiser is the one that remembers its training set and makes nothing
/// new. Throws Error(invalidOption) for no points, too many, and a width that is not above 0.
PointMixture kernelMixture(const PointSet& points, double width, const std::string& what);

/// `count` draws; draw k depends on (seed, k) alone. Each point bears the label of its component.
/// A `label` ≥ 0 draws from the components of that class. Throws Error(invalidOption) for a class without
/// components.
PointSet drawPoints(const PointMixture& mixture, std::size_t count, std::uint64_t seed, int label = -1);

/// Mean and standard deviation of the whole mixture, one a dimension.
struct Moments
{
    std::array<double, 2> mean{};
    std::array<double, 3> covariance{};
};
Moments momentsOf(const PointMixture& mixture);

/// The square in which all of the mixture lies but its far tails, at signal `alpha` and noise `sigma`:
/// {left, bottom, right, top}; on a line the second and fourth are 0.
std::array<double, 4> extentOf(const PointMixture& mixture, double alpha = 1, double sigma = 0);

}  // namespace diffuscope::model
