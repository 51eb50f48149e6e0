// SPDX-License-Identifier: GPL-3.0-or-later
// The loops of the exact field: a block of points against all components, vectorised over the points.
#pragma once

#include <cstddef>
#include <vector>

namespace diffuscope::model {

/// Points that are computed together. A multiple of every vector register's doubles.
constexpr std::size_t pointBlock = 16;

/// The noised components at one level, as the loops read them: one array a quantity.
struct NoisedComponents
{
    int dimensions = 2;
    /// All components have the same multiple of I as covariance: the arrays from `inverseXx` on are empty,
    /// and the two numbers below take their place.
    bool isIsotropic = false;
    double inverse = 0;                                   ///< 1/(alpha² h² + sigma²)
    double gain = 0;                                      ///< alpha h²/(alpha² h² + sigma²)
    std::vector<double> logWeight;                        ///< log w − ½ log det(2π C)
    std::vector<double> meanX, meanY;                     ///< alpha μ
    std::vector<double> cleanX, cleanY;                   ///< μ
    std::vector<double> inverseXx, inverseXy, inverseYy;  ///< C⁻¹
    std::vector<double> gainXx, gainXy, gainYy;           ///< alpha Σ C⁻¹

    std::size_t size() const { return logWeight.size(); }
};

/// What the loops say of a block of points.
struct BlockAnswer
{
    double logDensity[pointBlock];
    double pullX[pointBlock], pullY[pointBlock];    ///< sum r C⁻¹ (x − alpha μ) = −score
    double cleanX[pointBlock], cleanY[pointBlock];  ///< E[x0 | x]
};

/// x and y: pointBlock numbers each; on a line y is 0.
void evaluateBlock(const NoisedComponents& components, const double* x, const double* y, BlockAnswer& answer);

}  // namespace diffuscope::model
