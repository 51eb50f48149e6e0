// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/frechet_distance.h"

#include <algorithm>
#include <stdexcept>

namespace diffuscope::measure {
namespace {

struct Gaussian
{
    torch::Tensor mean;        // [D]
    torch::Tensor covariance;  // [D, D]
};

Gaussian fit(const torch::Tensor& features)
{
    const auto values = features.detach().cpu().to(torch::kFloat64);
    const auto mean = values.mean(0);
    const auto centred = values - mean;
    return {mean, centred.t().matmul(centred) / static_cast<double>(values.size(0) - 1)};
}

// The symmetric root of a positive semidefinite matrix; rounding may have made eigenvalues slightly negative.
torch::Tensor root(const torch::Tensor& matrix)
{
    const auto [values, vectors] = torch::linalg_eigh(matrix);
    return (vectors * values.clamp_min(0.0).sqrt()).matmul(vectors.t());
}

}  // namespace

double frechetDistance(const torch::Tensor& first, const torch::Tensor& second)
{
    if (first.dim() != 2 || second.dim() != 2 || first.size(1) != second.size(1) || first.size(0) < 2 ||
        second.size(0) < 2) {
        throw std::invalid_argument(
            "The Fréchet distance needs two sets of at least two features of one length.");
    }
    const Gaussian a = fit(first), b = fit(second);
    // tr (C₁ C₂)^½ = tr (C₁^½ C₂ C₁^½)^½, whose inner matrix is symmetric.
    const auto rootA = root(a.covariance);
    const auto inner = rootA.matmul(b.covariance).matmul(rootA);
    const auto eigenvalues = torch::linalg_eigvalsh((inner + inner.t()) / 2);
    const double crossTrace = eigenvalues.clamp_min(0.0).sqrt().sum().item<double>();
    const double distance = (a.mean - b.mean).square().sum().item<double>() +
                            a.covariance.trace().item<double>() + b.covariance.trace().item<double>() -
                            2.0 * crossTrace;
    return std::max(0.0, distance);
}

}  // namespace diffuscope::measure
