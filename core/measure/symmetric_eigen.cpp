#include "core/measure/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>

namespace diffuscope::measure {

namespace {

/// A symmetric matrix A [n, n], as it is turned into a diagonal one, and the rotations so far:
/// A = Vᵀ·T·V with T tridiagonal and the rows of V orthonormal.
class Diagonalization
{
public:
    Diagonalization(std::vector<double> matrix, std::size_t n)
        : m_n(n), m_matrix(std::move(matrix)), m_vectors(n * n), m_diagonal(n), m_beside(n)
    {
        for (std::size_t i = 0; i < n; ++i)
            m_vectors[i * n + i] = 1;
        for (std::size_t k = 0; k < n; ++k) {
            m_diagonal[k] = at(k, k);
            if (k + 1 < n)
                m_beside[k] = reflectColumn(k);
        }
        for (std::size_t k = 0; k < n; ++k)
            findEigenvalue(k);
    }

    double value(std::size_t i) const { return m_diagonal[i]; }
    std::span<const double> vector(std::size_t i) const { return {m_vectors.data() + i * m_n, m_n}; }

private:
    double& at(std::size_t row, std::size_t column) { return m_matrix[row * m_n + column]; }
    double* row(std::vector<double>& matrix, std::size_t index) { return matrix.data() + index * m_n; }

    /// Reflects rows and columns k + 1 … n − 1 so that only the first entry of column k below the diagonal is
    /// left (Householder 1958; Golub & Van Loan 2013, 8.3.1), and returns it.
    double reflectColumn(std::size_t k)
    {
        std::vector<double> v(m_n);
        double squares = 0;
        for (std::size_t i = k + 1; i < m_n; ++i) {
            v[i] = at(i, k);
            squares += i > k + 1 ? v[i] * v[i] : 0;
        }
        if (squares == 0)
            return v[k + 1];
        const double length = std::sqrt(v[k + 1] * v[k + 1] + squares);
        const double left = v[k + 1] > 0 ? -length : length;
        v[k + 1] -= left;
        const double perSquare = 2 / (v[k + 1] * v[k + 1] + squares);

        // With w = p − (v·p/|v|²)·v of p = 2/|v|²·A·v, the reflected matrix is A − v·wᵀ − w·vᵀ.
        std::vector<double> w(m_n);
        for (std::size_t i = k + 1; i < m_n; ++i)
            w[i] = perSquare * std::inner_product(v.begin() + std::ptrdiff_t(k + 1), v.end(),
                                                  row(m_matrix, i) + k + 1, 0.0);
        const double along = perSquare / 2 * std::inner_product(v.begin(), v.end(), w.begin(), 0.0);
        for (std::size_t i = k + 1; i < m_n; ++i)
            w[i] -= along * v[i];
        for (std::size_t i = k + 1; i < m_n; ++i)
            for (std::size_t j = k + 1; j < m_n; ++j)
                at(i, j) -= v[i] * w[j] + w[i] * v[j];

        std::vector<double> sums(m_n);
        for (std::size_t i = k + 1; i < m_n; ++i)
            for (std::size_t j = 0; j < m_n; ++j)
                sums[j] += perSquare * v[i] * row(m_vectors, i)[j];
        for (std::size_t i = k + 1; i < m_n; ++i)
            for (std::size_t j = 0; j < m_n; ++j)
                row(m_vectors, i)[j] -= v[i] * sums[j];
        return left;
    }

    /// Where the part of T that begins with row `first` ends: what is beside the diagonal there is rounding.
    std::size_t endOfPart(std::size_t first) const
    {
        std::size_t last = first;
        while (last + 1 < m_n &&
               std::abs(m_beside[last]) > std::numeric_limits<double>::epsilon() *
                                              (std::abs(m_diagonal[last]) + std::abs(m_diagonal[last + 1])))
            ++last;
        return last;
    }

    /// Rotates until entry k of the diagonal stands alone.
    void findEigenvalue(std::size_t k)
    {
        constexpr int mostPasses = 60;  // two or three are usual; what is not a number never ends
        for (int pass = 0; pass < mostPasses; ++pass) {
            const std::size_t last = endOfPart(k);
            if (last == k)
                return;
            chaseUp(k, last);
        }
    }

    /// One pass of the QL algorithm with implicit shift over rows first … last of T (Bowdler et al. 1968;
    /// Golub & Van Loan 2013, 8.3.5, from the other end): the shift is the eigenvalue of the two first rows
    /// that is nearer to the first, and each rotation moves what the one before left beside T up by a row.
    void chaseUp(std::size_t first, std::size_t last)
    {
        const double half = (m_diagonal[first + 1] - m_diagonal[first]) / (2 * m_beside[first]);
        const double shift =
            m_diagonal[first] - m_beside[first] / (half + std::copysign(std::hypot(half, 1.0), half));
        double sine = 1, cosine = 1, taken = 0;
        double bulge = m_diagonal[last] - shift;
        for (std::size_t i = last; i-- > first;) {
            const double across = sine * m_beside[i];
            const double along = cosine * m_beside[i];
            const double length = std::hypot(across, bulge);
            m_beside[i + 1] = length;
            if (length == 0) {
                m_diagonal[i + 1] -= taken;
                m_beside[last] = 0;
                return;
            }
            sine = across / length;
            cosine = bulge / length;
            const double rest = m_diagonal[i + 1] - taken;
            const double turned = (m_diagonal[i] - rest) * sine + 2 * cosine * along;
            taken = sine * turned;
            m_diagonal[i + 1] = rest + taken;
            bulge = cosine * turned - along;
            rotate(row(m_vectors, i), row(m_vectors, i + 1), cosine, sine);
        }
        m_diagonal[first] -= taken;
        m_beside[first] = bulge;
        m_beside[last] = 0;
    }

    void rotate(double* __restrict upper, double* __restrict lower, double cosine, double sine) const
    {
        for (std::size_t i = 0; i < m_n; ++i) {
            const double before = lower[i];
            lower[i] = sine * upper[i] + cosine * before;
            upper[i] = cosine * upper[i] - sine * before;
        }
    }

    std::size_t m_n;
    std::vector<double> m_matrix;
    std::vector<double> m_vectors;   ///< V
    std::vector<double> m_diagonal;  ///< of T
    std::vector<double> m_beside;    ///< of T: entry i is T[i, i + 1]
};

}  // namespace

SymmetricEigen symmetricEigen(std::vector<double> matrix, int n)
{
    if (n < 0 || matrix.size() != std::size_t(n) * std::size_t(n))
        throw std::invalid_argument("symmetricEigen needs a square matrix");
    const auto size = std::size_t(n);
    const Diagonalization found(std::move(matrix), size);

    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return found.value(a) > found.value(b); });
    SymmetricEigen eigen;
    for (const std::size_t i : order) {
        eigen.values.push_back(found.value(i));
        const std::span<const double> vector = found.vector(i);
        const double largest =
            *std::ranges::max_element(vector, [](double a, double b) { return std::abs(a) < std::abs(b); });
        for (const double entry : vector)
            eigen.vectors.push_back(largest < 0 ? -entry : entry);
    }
    return eigen;
}

}  // namespace diffuscope::measure
