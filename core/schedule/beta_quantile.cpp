// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schedule/beta_quantile.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace diffuscope::schedule {

namespace {

/// 1/(1 + d1/(1 + d2/(1 + …))) of DLMF 8.17.22 by the modified Lentz method; converges fast for x <
/// (a+1)/(a+b+2).
double continuedFraction(double x, double a, double b)
{
    constexpr double tiny = 1e-300;
    constexpr int maximumTerms = 2000;
    const auto awayFromZero = [](double value) { return std::abs(value) < tiny ? tiny : value; };
    double numerator = 1;
    double denominator = 0;
    double value = 1;
    for (int term = 0; term < maximumTerms; ++term) {
        const int m = term / 2;
        double coefficient = 1;
        if (term > 0)
            coefficient = term % 2 == 0 ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                                        : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        denominator = 1 / awayFromZero(1 + coefficient * denominator);
        numerator = term == 0 ? 1 / tiny : awayFromZero(1 + coefficient / numerator);
        const double factor = term == 0 ? denominator : numerator * denominator;
        value *= factor;
        if (term > 0 && std::abs(factor - 1) < 1e-16)
            break;
    }
    return value;
}

}  // namespace

double regularisedIncompleteBeta(double x, double a, double b)
{
    if (x <= 0)
        return 0;
    if (x >= 1)
        return 1;
    if (x > (a + 1) / (a + b + 2))
        return 1 - regularisedIncompleteBeta(1 - x, b, a);
    const double logFactor = a * std::log(x) + b * std::log1p(-x) - std::log(a) - std::lgamma(a) -
                             std::lgamma(b) + std::lgamma(a + b);
    return std::exp(logFactor) * continuedFraction(x, a, b);
}

double betaQuantile(double p, double a, double b)
{
    if (p <= 0)
        return 0;
    if (p >= 1)
        return 1;
    // Bisection in the angle with x = sin²(angle): the function is steep at both ends in x, but not in the
    // angle.
    double low = 0;
    double high = std::numbers::pi / 2;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        const double sine = std::sin(middle);
        (regularisedIncompleteBeta(sine * sine, a, b) < p ? low : high) = middle;
    }
    const double sine = std::sin((low + high) / 2);
    return sine * sine;
}

}  // namespace diffuscope::schedule
