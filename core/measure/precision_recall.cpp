// SPDX-License-Identifier: GPL-3.0-or-later
// Neighbourhoods in a classifier's features.
#include "core/measure/precision_recall.h"

#include <stdexcept>

namespace diffuscope::measure {
namespace {

/// [N]: the distance of each point to its k-th nearest other one.
torch::Tensor reachOf(const torch::Tensor& points, int k)
{
    const auto distances = torch::cdist(points, points);
    // The nearest is the point itself.
    return std::get<0>(distances.kthvalue(k + 1, 1));
}

/// The share of `points` that lie within the reach of one of `others`.
double shareAmong(const torch::Tensor& points, const torch::Tensor& others, int k)
{
    const auto distances = torch::cdist(points, others);
    return (distances <= reachOf(others, k).unsqueeze(0)).any(1).to(torch::kFloat64).mean().item<double>();
}

}  // namespace

PrecisionRecall precisionAndRecall(const torch::Tensor& generated, const torch::Tensor& real, int k)
{
    if (generated.dim() != 2 || real.dim() != 2 || generated.size(1) != real.size(1) || k < 1 ||
        generated.size(0) <= k || real.size(0) <= k)
        throw std::invalid_argument(
            "Precision and recall need two sets of more than k features of one length.");
    const auto first = generated.to(torch::kFloat64), second = real.to(torch::kFloat64);
    return {shareAmong(first, second, k), shareAmong(second, first, k)};
}

}  // namespace diffuscope::measure
