// SPDX-License-Identifier: GPL-3.0-or-later
// Sorting on lines, pairing in the plane, and sums over all pairs.
#include "core/measure/point_distances.h"

#include "core/base/error.h"
#include "core/measure/assignment.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

namespace diffuscope::measure {

namespace {

void requirePoints(const PointCloud& a, const PointCloud& b)
{
    if (a.dimensions != b.dimensions)
        throw Error(ErrorCode::invalidOption, "The two sets of points have different dimensions.",
                    "Compare points of a line with points of a line, or both of the plane.");
    if (a.size() == 0 || b.size() == 0)
        throw Error(ErrorCode::invalidOption, "There are no points to compare.",
                    "Give at least one of each.");
}

double raised(double difference, int order)
{
    return order == 1 ? std::abs(difference) : difference * difference;
}

double rooted(double value, int order)
{
    return order == 1 ? value : std::sqrt(value);
}

/// ∫ |F⁻¹ − G⁻¹|^p of sorted numbers.
double meanOfSorted(std::span<const double> a, std::span<const double> b, int order)
{
    if (a.size() == b.size()) {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
            sum += raised(a[i] - b[i], order);
        return sum / double(a.size());
    }
    // Both quantile functions are steps; walk over the union of their edges.
    double sum = 0, at = 0;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        const double endA = double(i + 1) / double(a.size()), endB = double(j + 1) / double(b.size());
        const double end = std::min(endA, endB);
        sum += (end - at) * raised(a[i] - b[j], order);
        at = end;
        // In whole numbers, so that edges that are the same are passed together.
        const std::size_t left = (i + 1) * b.size(), right = (j + 1) * a.size();
        i += left <= right ? 1 : 0;
        j += right <= left ? 1 : 0;
    }
    return sum;
}

std::vector<double> sortedProjection(const PointCloud& cloud, double c, double s)
{
    std::vector<double> values(cloud.size());
    for (std::size_t k = 0; k < values.size(); ++k)
        values[k] = cloud.dimensions == 1 ? cloud.at(k, 0) : c * cloud.at(k, 0) + s * cloud.at(k, 1);
    std::sort(values.begin(), values.end());
    return values;
}

double squaredDistance(const PointCloud& a, std::size_t i, const PointCloud& b, std::size_t j)
{
    const double dx = a.at(i, 0) - b.at(j, 0);
    const double dy = a.dimensions == 2 ? a.at(i, 1) - b.at(j, 1) : 0;
    return dx * dx + dy * dy;
}

/// Sum of a function of the squared distance over all pairs of two sets.
template <typename Function>
double sumOverPairs(const PointCloud& a, const PointCloud& b, const Function& function)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        double own = 0;
        for (std::size_t j = 0; j < b.size(); ++j)
            own += function(squaredDistance(a, i, b, j));
        sum += own;
    }
    return sum;
}

/// The same over pairs i < j of one set.
template <typename Function>
double sumWithin(const PointCloud& a, const Function& function)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        double own = 0;
        for (std::size_t j = 0; j < i; ++j)
            own += function(squaredDistance(a, i, a, j));
        sum += own;
    }
    return sum;
}

double meanToNearest(const PointCloud& a, const PointCloud& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        double least = HUGE_VAL;
        for (std::size_t j = 0; j < b.size(); ++j)
            least = std::min(least, squaredDistance(a, i, b, j));
        sum += std::sqrt(least);
    }
    return sum / double(a.size());
}

}  // namespace

double wassersteinOnLine(std::span<const double> a, std::span<const double> b, int order)
{
    requirePoints({1, a}, {1, b});
    return rooted(meanOfSorted(sortedProjection({1, a}, 1, 0), sortedProjection({1, b}, 1, 0), order), order);
}

double exactWasserstein(const PointCloud& a, const PointCloud& b, int order)
{
    requirePoints(a, b);
    if (a.dimensions == 1)
        return wassersteinOnLine(a.values, b.values, order);
    if (a.size() != b.size() || a.size() > mostPaired)
        throw Error(ErrorCode::invalidOption,
                    "The exact Wasserstein distance pairs two sets of equal size, at most " +
                        std::to_string(mostPaired) + " points each.",
                    "Take as many of both, or the sliced distance.");
    const std::size_t n = a.size();
    std::vector<double> cost(n * n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            cost[i * n + j] =
                order == 1 ? std::sqrt(squaredDistance(a, i, b, j)) : squaredDistance(a, i, b, j);
    const std::vector<int> pairing = cheapestPairing(cost, int(n));
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
        sum += cost[i * n + std::size_t(pairing[i])];
    return rooted(sum / double(n), order);
}

double slicedWasserstein(const PointCloud& a, const PointCloud& b, int order, int directions)
{
    requirePoints(a, b);
    if (a.dimensions == 1)
        return wassersteinOnLine(a.values, b.values, order);
    double sum = 0;
    for (int i = 0; i < directions; ++i) {
        const double angle = std::numbers::pi * (i + 0.5) / directions;
        const double c = std::cos(angle), s = std::sin(angle);
        sum += meanOfSorted(sortedProjection(a, c, s), sortedProjection(b, c, s), order);
    }
    return rooted(sum / directions, order);
}

double energyDistance(const PointCloud& a, const PointCloud& b)
{
    requirePoints(a, b);
    const auto root = [](double square) { return std::sqrt(square); };
    const double countA = double(a.size()), countB = double(b.size());
    return 2 * sumOverPairs(a, b, root) / (countA * countB) - 2 * sumWithin(a, root) / (countA * countA) -
           2 * sumWithin(b, root) / (countB * countB);
}

double unbiasedSquaredMmd(const PointCloud& a, const PointCloud& b, double sd)
{
    requirePoints(a, b);
    if (a.size() < 2 || b.size() < 2)
        throw Error(ErrorCode::invalidOption, "The unbiased MMD needs two points of each set.",
                    "Give at least two of each.");
    const double scale = -1 / (2 * sd * sd);
    const auto kernel = [scale](double square) { return std::exp(scale * square); };
    const double countA = double(a.size()), countB = double(b.size());
    return 2 * sumWithin(a, kernel) / (countA * (countA - 1)) +
           2 * sumWithin(b, kernel) / (countB * (countB - 1)) -
           2 * sumOverPairs(a, b, kernel) / (countA * countB);
}

double chamferDistance(const PointCloud& a, const PointCloud& b)
{
    requirePoints(a, b);
    return meanToNearest(a, b) + meanToNearest(b, a);
}

}  // namespace diffuscope::measure
