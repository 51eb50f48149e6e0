// SPDX-License-Identifier: GPL-3.0-or-later
// Between noises: along the sphere, along the straight line, and over a sheet of four corners.
#pragma once

#include <vector>

namespace diffuscope::edit {

/// From a at 0 to b at 1 along the great circle, with lengths interpolated too (Shoemake 1985): of two draws
/// of N(0, I) every state on the way looks like another draw. Where the two point the same way, a straight
/// line.
std::vector<double> sphericalMean(const std::vector<double>& a, const std::vector<double>& b, double share);

/// (1 − share)·a + share·b. Of two draws of N(0, I) the middle has half their variance, which no network was
/// trained on: the pictures on the way lose their contrast and detail.
std::vector<double> straightMean(const std::vector<double>& a, const std::vector<double>& b, double share);

/// The root of the mean square of the values; 1 of N(0, 1).
double rootMeanSquare(const std::vector<double>& values);

}  // namespace diffuscope::edit
