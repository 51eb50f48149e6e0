// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/symmetric_eigen.h"

#include <Eigen/Eigenvalues>
#include <stdexcept>

namespace diffuscope::measure {

SymmetricEigen symmetricEigen(const std::vector<double>& matrix, int n)
{
    if (n < 0 || matrix.size() != std::size_t(n) * std::size_t(n))
        throw std::invalid_argument("symmetricEigen needs a square matrix");
    SymmetricEigen eigen;
    if (n == 0)
        return eigen;
    // Symmetric: whether rows or columns come first is the same.
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(
        Eigen::Map<const Eigen::MatrixXd>(matrix.data(), n, n));
    for (Eigen::Index i = n; i-- > 0;) {
        eigen.values.push_back(solver.eigenvalues()[i]);
        const Eigen::VectorXd vector = solver.eigenvectors().col(i);
        Eigen::Index largest = 0;
        vector.cwiseAbs().maxCoeff(&largest);
        const double sign = vector[largest] < 0 ? -1 : 1;
        for (const double entry : vector)
            eigen.vectors.push_back(sign * entry);
    }
    return eigen;
}

}  // namespace diffuscope::measure
