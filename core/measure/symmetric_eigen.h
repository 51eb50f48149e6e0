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

/// By cyclic Jacobi rotations (Golub & Van Loan 2013, 8.5) of a symmetric `matrix` [n, n]: accurate to
/// rounding, and fast enough to a few hundred rows. Throws std::invalid_argument where the matrix has not n²
/// entries.
SymmetricEigen symmetricEigen(std::vector<double> matrix, int n);

}  // namespace diffuscope::measure
