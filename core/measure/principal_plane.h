// SPDX-License-Identifier: GPL-3.0-or-later
// The plane in which points of many dimensions spread the most: their first two principal components. No
// torch in here.
#pragma once

#include <array>
#include <span>
#include <vector>

namespace diffuscope::measure {

/// A plane through the mean of some points, in double precision. Any other point can be projected into it, so
/// that several runs are seen in one basis.
class PrincipalPlane
{
public:
    /// From n ≥ 1 points of equal dimension d, by the eigenvectors of their Gram matrix [n, n] (Bishop
    /// 2006, 12.1.4: with fewer points than dimensions that is the cheap way): O(n²·d + n³), meant for a few
    /// hundred points. Points that do not spread have axes of zero. Throws std::invalid_argument for no
    /// points, or points of different dimensions.
    static PrincipalPlane fit(const std::vector<std::vector<float>>& points);

    int dimensions() const { return int(m_mean.size()); }
    /// Coordinates along the two axes, from the mean. The point must have dimensions() values.
    std::array<double, 2> project(std::span<const float> point) const;
    /// What part of the points' variance lies along each axis, 0 … 1.
    const std::array<double, 2>& explained() const { return m_explained; }
    /// The unit vector of axis 0 or 1 (or zeros).
    const std::vector<double>& axis(int index) const { return m_axes.at(std::size_t(index)); }

    /// Turns axes round that point away from those of `earlier`, so that a picture of it does not flip when
    /// more points have come. A plane of another dimension changes nothing.
    void alignWith(const PrincipalPlane& earlier);

private:
    std::vector<double> m_mean;
    std::array<std::vector<double>, 2> m_axes;
    std::array<double, 2> m_explained{};
};

}  // namespace diffuscope::measure
