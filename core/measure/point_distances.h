// SPDX-License-Identifier: GPL-3.0-or-later
// Distances between two sets of points on a line or in the plane. No torch in here.
#pragma once

#include <cstddef>
#include <span>

namespace diffuscope::measure {

/// Points that somebody else holds: [N, dimensions].
struct PointCloud
{
    int dimensions = 2;
    std::span<const double> values;

    std::size_t size() const { return values.size() / std::size_t(dimensions); }
    double at(std::size_t k, int d) const { return values[k * std::size_t(dimensions) + std::size_t(d)]; }
    /// The first `count` points.
    PointCloud first(std::size_t count) const
    {
        return {dimensions, values.first(count * std::size_t(dimensions))};
    }
};

/// The most points of which exactWasserstein() pairs planes; it takes about 2 s.
constexpr std::size_t mostPaired = 2000;

/// All of them throw Error(invalidOption) for clouds without points, and of different dimensions.

/// W_p of two sets on a line, exact, also where they have different sizes: (∫ |F⁻¹ − G⁻¹|^p)^(1/p).
double wassersteinOnLine(std::span<const double> a, std::span<const double> b, int order);

/// W_p exactly (p = 1 or 2): on a line from the quantiles; in the plane from the best pairing, for two sets
/// of equal size ≤ mostPaired (Jonker & Volgenant 1987). Throws Error(invalidOption) for others.
double exactWasserstein(const PointCloud& a, const PointCloud& b, int order);

/// (mean over directions of W_p^p of the projections)^(1/p), over `directions` equally spaced ones (Bonneel
/// et al. 2015). On a line it is W_p.
double slicedWasserstein(const PointCloud& a, const PointCloud& b, int order = 1, int directions = 256);

/// 2 E|X − Y| − E|X − X'| − E|Y − Y'|, pairs of a point with itself included (Székely & Rizzo 2013, the
/// V-statistic).
double energyDistance(const PointCloud& a, const PointCloud& b);

/// Squared maximum mean discrepancy with the kernel exp(−d²/(2 sd²)), unbiased: pairs of a point with itself
/// left out (Gretton et al. 2012, eq. 3). May be below 0. Needs two points of each.
double unbiasedSquaredMmd(const PointCloud& a, const PointCloud& b, double sd = 1);

/// Mean distance from each point to the nearest of the other set, both ways, added.
double chamferDistance(const PointCloud& a, const PointCloud& b);

}  // namespace diffuscope::measure
