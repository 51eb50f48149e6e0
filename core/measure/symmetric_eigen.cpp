#include "core/measure/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace diffuscope::measure {

namespace {

/// A symmetric matrix on its way to a diagonal one, and the product of the rotations so far (by rows).
class JacobiRotations
{
public:
    JacobiRotations(std::vector<double> matrix, std::size_t n)
        : m_n(n), m_matrix(std::move(matrix)), m_vectors(n * n)
    {
        for (std::size_t i = 0; i < n; ++i)
            m_vectors[i * n + i] = 1;
    }

    /// The sum of squares beside the diagonal, and on it.
    double offDiagonal() const
    {
        double sum = 0;
        for (std::size_t p = 0; p < m_n; ++p)
            for (std::size_t q = p + 1; q < m_n; ++q)
                sum += 2 * at(p, q) * at(p, q);
        return sum;
    }
    double diagonal() const
    {
        double sum = 0;
        for (std::size_t p = 0; p < m_n; ++p)
            sum += at(p, p) * at(p, p);
        return sum;
    }

    /// One rotation for each pair of rows.
    void sweep()
    {
        for (std::size_t p = 0; p < m_n; ++p)
            for (std::size_t q = p + 1; q < m_n; ++q)
                rotate(p, q);
    }

    double value(std::size_t i) const { return at(i, i); }
    const double* vector(std::size_t i) const { return m_vectors.data() + i * m_n; }

private:
    double at(std::size_t row, std::size_t column) const { return m_matrix[row * m_n + column]; }

    /// Makes entry (p, q) zero.
    void rotate(std::size_t p, std::size_t q)
    {
        const double apq = at(p, q);
        if (std::abs(apq) <= 1e-300)
            return;
        const double theta = (at(q, q) - at(p, p)) / (2 * apq);
        const double t = std::copysign(1 / (std::abs(theta) + std::hypot(theta, 1.0)), theta);
        const double c = 1 / std::hypot(t, 1.0);
        const double s = t * c;
        turnRows(m_matrix, p, q, c, s);
        for (std::size_t row = 0; row < m_n; ++row) {
            double& left = m_matrix[row * m_n + p];
            double& right = m_matrix[row * m_n + q];
            const double before = left;
            left = c * before - s * right;
            right = s * before + c * right;
        }
        turnRows(m_vectors, p, q, c, s);
    }

    void turnRows(std::vector<double>& matrix, std::size_t p, std::size_t q, double c, double s) const
    {
        double* upper = matrix.data() + p * m_n;
        double* lower = matrix.data() + q * m_n;
        for (std::size_t i = 0; i < m_n; ++i) {
            const double before = upper[i];
            upper[i] = c * before - s * lower[i];
            lower[i] = s * before + c * lower[i];
        }
    }

    std::size_t m_n;
    std::vector<double> m_matrix;
    std::vector<double> m_vectors;
};

constexpr int mostSweeps = 40;

}  // namespace

SymmetricEigen symmetricEigen(std::vector<double> matrix, int n)
{
    if (n < 0 || matrix.size() != std::size_t(n) * std::size_t(n))
        throw std::invalid_argument("symmetricEigen needs a square matrix");
    const auto size = std::size_t(n);
    JacobiRotations rotations(std::move(matrix), size);
    for (int sweep = 0; sweep < mostSweeps && rotations.offDiagonal() > 1e-26 * rotations.diagonal(); ++sweep)
        rotations.sweep();

    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rotations.value(a) > rotations.value(b); });
    SymmetricEigen eigen;
    for (const std::size_t i : order) {
        eigen.values.push_back(rotations.value(i));
        const double* vector = rotations.vector(i);
        const double largest = *std::max_element(
            vector, vector + size, [](double a, double b) { return std::abs(a) < std::abs(b); });
        for (std::size_t j = 0; j < size; ++j)
            eigen.vectors.push_back(largest < 0 ? -vector[j] : vector[j]);
    }
    return eigen;
}

}  // namespace diffuscope::measure
