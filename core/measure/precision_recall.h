// SPDX-License-Identifier: GPL-3.0-or-later
// How many generated images look real, and how much of the real ones is generated.
#pragma once

#include <torch/types.h>

namespace diffuscope::measure {

/// Of each point, whose distances tell how densely its set lies (the paper's k).
constexpr int nearestNeighbours = 3;

struct PrecisionRecall
{
    double precision = 0;  ///< share of the generated that lie among the real
    double recall = 0;     ///< share of the real that lie among the generated
};

/// Improved precision and recall (Kynkäänniemi et al. 2019, eq. 1 and 2) of features [N, D] and [M, D]: a
/// point lies among others where it is within the distance of one of them to its k-th nearest neighbour. Both
/// sets should have the same size, or the larger one looks richer. Throws std::invalid_argument for sets of k
/// or fewer points or of other widths.
PrecisionRecall precisionAndRecall(const torch::Tensor& generated, const torch::Tensor& real,
                                   int k = nearestNeighbours);

}  // namespace diffuscope::measure
