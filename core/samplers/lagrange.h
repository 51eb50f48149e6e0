// SPDX-License-Identifier: GPL-3.0-or-later
// Integrals of the polynomials through past estimates, of which linear multistep methods are made.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace diffuscope::samplers {

/// The integral over [from, to] of the Lagrange polynomial that is 1 at nodes[j] and 0 at the others, by
/// Gauss–Legendre with two points: exact for up to four nodes.
inline double lagrangeIntegral(const std::vector<double>& nodes, std::size_t j, double from, double to)
{
    const auto basis = [&](double k) {
        double value = 1;
        for (std::size_t m = 0; m < nodes.size(); ++m)
            if (m != j)
                value *= (k - nodes[m]) / (nodes[j] - nodes[m]);
        return value;
    };
    const double half = (to - from) / 2;
    const double offset = 1 / std::sqrt(3.0);
    return half * (basis(from + half * (1 - offset)) + basis(from + half * (1 + offset)));
}

}  // namespace diffuscope::samplers
