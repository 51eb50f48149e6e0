// SPDX-License-Identifier: GPL-3.0-or-later
// Eigenvalues and eigenvectors of a real symmetric matrix. No torch in here.
#pragma once

#include <vector>

namespace diffuscope::measure {

struct SymmetricEigen
{
    std::vector<double> values;  ///< the largest first
    /// [n, n], row i the unit eigenvector of value i, so that its entry of largest magnitude is positive.
    std::vector<double> vectors;
};

/// Eigen's decomposition (Golub & Van Loan 2013, 8.3) of a symmetric `matrix` [n, n]: O(n³), accurate to the
/// rounding of its largest entries. Throws std::invalid_argument where the matrix has not n² entries.
SymmetricEigen symmetricEigen(const std::vector<double>& matrix, int n);

}  // namespace diffuscope::measure
