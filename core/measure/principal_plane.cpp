// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/principal_plane.h"

#include "core/measure/symmetric_eigen.h"

#include <cmath>
#include <numeric>
#include <stdexcept>

namespace diffuscope::measure {

namespace {

using Points = std::vector<std::vector<double>>;

std::vector<double> meanOf(const std::vector<std::vector<float>>& points)
{
    std::vector<double> mean(points.front().size());
    for (const std::vector<float>& point : points) {
        if (point.size() != mean.size())
            throw std::invalid_argument("points of a principal plane need equal dimensions");
        for (std::size_t i = 0; i < mean.size(); ++i)
            mean[i] += double(point[i]);
    }
    for (double& value : mean)
        value /= double(points.size());
    return mean;
}

Points centred(const std::vector<std::vector<float>>& points, const std::vector<double>& mean)
{
    Points result;
    for (const std::vector<float>& point : points) {
        std::vector<double>& row = result.emplace_back(mean.size());
        for (std::size_t i = 0; i < mean.size(); ++i)
            row[i] = double(point[i]) - mean[i];
    }
    return result;
}

double dot(const std::vector<double>& a, const std::vector<double>& b)
{
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<double> gramMatrix(const Points& points)
{
    const std::size_t n = points.size();
    std::vector<double> gram(n * n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j)
            gram[i * n + j] = gram[j * n + i] = dot(points[i], points[j]);
    return gram;
}

}  // namespace

PrincipalPlane PrincipalPlane::fit(const std::vector<std::vector<float>>& points)
{
    if (points.empty())
        throw std::invalid_argument("a principal plane needs points");
    PrincipalPlane plane;
    plane.m_mean = meanOf(points);
    const Points deviations = centred(points, plane.m_mean);
    const std::size_t n = points.size();
    const SymmetricEigen eigen = symmetricEigen(gramMatrix(deviations), int(n));
    const double total = std::accumulate(eigen.values.begin(), eigen.values.end(), 0.0);
    for (std::size_t index = 0; index < 2; ++index) {
        std::vector<double>& axis = plane.m_axes[index];
        axis.assign(plane.m_mean.size(), 0.0);
        if (index >= n || !(eigen.values[index] > 1e-12 * total))
            continue;
        // X = UΣVᵀ and XXᵀ = UΣ²Uᵀ, so that an axis of V is Xᵀu/√λ.
        const double perLength = 1 / std::sqrt(eigen.values[index]);
        for (std::size_t i = 0; i < n; ++i) {
            const double weight = perLength * eigen.vectors[index * n + i];
            for (std::size_t j = 0; j < axis.size(); ++j)
                axis[j] += weight * deviations[i][j];
        }
        plane.m_explained[index] = eigen.values[index] / total;
    }
    return plane;
}

std::array<double, 2> PrincipalPlane::project(std::span<const float> point) const
{
    std::array<double, 2> place{};
    for (std::size_t i = 0; i < m_mean.size(); ++i) {
        const double deviation = double(point[i]) - m_mean[i];
        place[0] += m_axes[0][i] * deviation;
        place[1] += m_axes[1][i] * deviation;
    }
    return place;
}

void PrincipalPlane::alignWith(const PrincipalPlane& earlier)
{
    if (earlier.dimensions() != dimensions())
        return;
    for (std::size_t index = 0; index < 2; ++index)
        if (dot(m_axes[index], earlier.m_axes[index]) < 0)
            for (double& value : m_axes[index])
                value = -value;
}

}  // namespace diffuscope::measure
