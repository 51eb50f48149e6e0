// SPDX-License-Identifier: GPL-3.0-or-later
// The Fréchet distance between two sets of features, each seen as a Gaussian.
#pragma once

#include <torch/types.h>

namespace diffuscope::measure {

/// ‖mu₁ − mu₂‖² + tr(C₁ + C₂ − 2 (C₁ C₂)^½) of features [N, D] and [M, D] with N, M ≥ 2, in double (Dowson &
/// Landau 1982; as a figure of generators, Heusel et al. 2017, eq. 6). Throws std::invalid_argument for other
/// shapes.
double frechetDistance(const torch::Tensor& first, const torch::Tensor& second);

}  // namespace diffuscope::measure
