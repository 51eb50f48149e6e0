// SPDX-License-Identifier: GPL-3.0-or-later
// How near a set of samples is to data that is known exactly, each figure beside its floor. No torch in here.
#pragma once

#include "core/measure/point_distances.h"
#include "core/model/exact/exact_field.h"

#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace diffuscope::measure {

/// One figure of a set of samples.
struct PointFigure
{
    std::string id;    ///< as in tables: "sliced_w1"
    std::string name;  ///< for people: "Sliced Wasserstein, order 1"
    double value = 0;
    /// The mean of the same figure for exact samples of the same number: what no sampler can beat. NaN where
    /// the truth is a number, not a sample.
    double floor = std::numeric_limits<double>::quiet_NaN();
    double floorSd = std::numeric_limits<double>::quiet_NaN();  ///< its spread over repetitions
    double truth =
        std::numeric_limits<double>::quiet_NaN();  ///< what a perfect sampler has, where that is known
    std::size_t points = 0;                        ///< how many of the samples it is of
};

struct FigureOptions
{
    std::uint64_t seed = 1;       ///< of the exact samples
    int repetitions = 3;          ///< of each floor
    bool hasExactPairing = true;  ///< W1 and W2 in the plane as well, about 2 s a pairing of 2,000
    int label = -1;               ///< the class that was asked for
    /// Asked before each figure, 0 … 1; may throw to stop. May be empty.
    std::function<void(double)> progress{};
};

/// The most points of which sums over all pairs are taken.
constexpr std::size_t mostCompared = 5000;

/// Sliced W1 and W2, exact W1 and W2 (in the plane of the first mostPaired points), energy distance, unbiased
/// MMD² (kernel sd 1), Chamfer distance, then the weight of each mode and, on a line, mean and sd. `samples`:
/// [N, D]. Throws Error(invalidOption) for no samples, numbers that are not finite, and another dimension.
std::vector<PointFigure> figuresOf(const model::ExactField& data, const PointCloud& samples,
                                   const FigureOptions& options = {});

/// Two sets of points against each other, without floors: the first of these figures.
std::vector<PointFigure> figuresBetween(const PointCloud& samples, const PointCloud& reference,
                                        bool hasExactPairing = true);

/// Share of the samples that are nearest, by responsibility, to each mode, and its truth and sampling error
/// √(w(1 − w)/n) as floor. Modes are the classes, or the components where there are at most 64.
std::vector<PointFigure> modeWeights(const model::ExactField& data, const PointCloud& samples,
                                     int label = -1);

/// id, value, floor, floor_sd, truth, points; a row a figure, numbers in full precision, empty where there is
/// none.
std::string csvOfFigures(const std::vector<PointFigure>& figures);

}  // namespace diffuscope::measure
