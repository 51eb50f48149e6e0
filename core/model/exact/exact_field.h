// SPDX-License-Identifier: GPL-3.0-or-later
// The noised mixture in closed form: density, score and denoised mean at any point and level. No torch in
// here.
#pragma once

#include "core/model/exact/point_field.h"
#include "core/model/exact/point_mixture.h"
#include "core/schedule/noise_level.h"

#include <span>
#include <vector>

namespace diffuscope::model {

/// What is known exactly of points of the noised data, row by row.
struct FieldValues
{
    std::vector<double> logDensity;  ///< [N], log p_t(x)
    std::vector<double> score;       ///< [N, dimensions], ∇ log p_t(x)
    std::vector<double> x0Hat;       ///< [N, dimensions], E[x0 | x_t = x]
};

/// A regular grid of points: `columns` × `rows`, their ends on the edges. On a line one row at y = 0.
struct FieldGrid
{
    double left = -3, bottom = -3, right = 3, top = 3;
    int columns = 64, rows = 64;

    /// [rows·columns, dimensions], row by row from the bottom.
    std::vector<double> points(int dimensions) const;
    bool operator==(const FieldGrid&) const = default;
};

/// Where to put the answers; null pointers are left out. Each holds N rows.
struct FieldSinks
{
    double* logDensity = nullptr;
    double* score = nullptr;
    double* x0Hat = nullptr;
    double* epsHat = nullptr;  ///< (x − alpha·x0Hat)/sigma = −sigma·score, [N, dimensions]
};

/// For data sum_k w_k N(μ_k, Σ_k) and x = alpha·x0 + sigma·eps: p = sum_k w_k N(alpha μ_k, C_k) with
/// C_k = alpha² Σ_k + sigma² I; responsibilities r_k; score = −sum_k r_k C_k⁻¹ (x − alpha μ_k);
/// E[x0 | x] = sum_k r_k (μ_k + alpha Σ_k C_k⁻¹ (x − alpha μ_k)) (Bishop 2006, eq. 2.115 to 2.117), which is
/// Tweedie's (x + sigma²·score)/alpha and holds at alpha = 0 and sigma = 0 as well.
/// Immutable; any number of threads may ask one field.
class ExactField final : public PointField
{
public:
    /// `mixture` as checkedMixture() gives it.
    explicit ExactField(PointMixture mixture);

    const PointMixture& mixture() const { return m_mixture; }
    int dimensions() const override { return m_mixture.dimensions; }
    int classes() const override { return int(m_classWeights.size()); }
    void estimate(const schedule::NoiseLevel& level, std::span<const double> points, double* x0Hat,
                  double* epsHat, int label, int threads) const override
    {
        evaluate(level, points, {.x0Hat = x0Hat, .epsHat = epsHat}, label, threads);
    }
    void requireClass(int label) const override { componentsOf(label); }

    /// points: [N, dimensions]. A `label` ≥ 0 conditions on that class: only its components count. Each
    /// point's answer depends on that point alone, whatever the others and the number of threads (0: one a
    /// core). Throws Error(invalidOption) for a class that the data has not.
    FieldValues evaluate(const schedule::NoiseLevel& level, std::span<const double> points, int label = -1,
                         int threads = 1) const;
    void evaluate(const schedule::NoiseLevel& level, std::span<const double> points, const FieldSinks& sinks,
                  int label = -1, int threads = 1) const;

    /// The responsibilities r_k of the components for one point, in the order of mixture().components.
    std::vector<double> responsibilities(const schedule::NoiseLevel& level, std::span<const double> point,
                                         int label = -1) const;

    /// Cov[x0 | x] = sum_k r_k (S_k + m_k m_kᵀ) − x0Hat x0Hatᵀ, where m_k and S_k are mean and covariance of
    /// x0 under component k: {xx, xy, yy}. It is also sigma²/alpha² (I + sigma²·Hessian of log p).
    std::array<double, 3> posteriorCovariance(const schedule::NoiseLevel& level,
                                              std::span<const double> point, int label = -1) const;

    /// The components of a class as indices [first, end) into mixture().components.
    std::pair<std::size_t, std::size_t> componentsOf(int label) const;

private:
    PointMixture m_mixture;
    std::vector<double> m_classWeights;  ///< sum of the weights of each class
};

}  // namespace diffuscope::model
