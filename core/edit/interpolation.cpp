// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/interpolation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace diffuscope::edit {

namespace {

double product(const std::vector<double>& a, const std::vector<double>& b)
{
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<double> combined(const std::vector<double>& a, double ofA, const std::vector<double>& b,
                             double ofB)
{
    std::vector<double> result(a.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        result[i] = ofA * a[i] + ofB * b[i];
    return result;
}

}  // namespace

std::vector<double> sphericalMean(const std::vector<double>& a, const std::vector<double>& b, double share)
{
    const double lengthA = std::sqrt(product(a, a)), lengthB = std::sqrt(product(b, b));
    if (lengthA == 0 || lengthB == 0)
        return straightMean(a, b, share);
    const double cosine = std::clamp(product(a, b) / (lengthA * lengthB), -1.0, 1.0);
    const double angle = std::acos(cosine), sine = std::sin(angle);
    if (sine < 1e-6)
        return straightMean(a, b, share);
    const double length = (1 - share) * lengthA + share * lengthB;
    return combined(a, length / lengthA * std::sin((1 - share) * angle) / sine, b,
                    length / lengthB * std::sin(share * angle) / sine);
}

std::vector<double> straightMean(const std::vector<double>& a, const std::vector<double>& b, double share)
{
    return combined(a, 1 - share, b, share);
}

double rootMeanSquare(const std::vector<double>& values)
{
    return values.empty() ? 0 : std::sqrt(product(values, values) / double(values.size()));
}

}  // namespace diffuscope::edit
