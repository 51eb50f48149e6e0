// SPDX-License-Identifier: GPL-3.0-or-later
// Points in CSV files, mixtures in JSON files and pictures as data; all untrusted.
#pragma once

#include "core/model/exact/point_mixture.h"

#include <cstdint>
#include <span>
#include <string>

namespace diffuscope::model {

/// Reads "x", "x,y", "x,class" or "x,y,class", as the first line says; without such a line one, two or three
/// numbers a row are x, x,y or x,y,class. Blank lines and lines that begin with # are passed over. Throws
/// Error(missingFile), and Error(invalidFile) with the line for text, numbers that are not finite or beyond
/// ±10⁶, rows of another length, no rows at all or more than `mostRows`.
PointSet readPoints(const std::string& path, std::size_t mostRows = mostPoints);
/// The same of a text; `what` is how messages call it.
PointSet pointsOfText(const std::string& text, const std::string& what, std::size_t mostRows = mostPoints);

/// "x,y,class" (or fewer columns) and a row a point, in full precision.
std::string csvOfPoints(const PointSet& points);

/// `{"components": [{"weight": 0.5, "mean": [x, y], "cov": [[xx, xy], [xy, yy]], "class": 0}]}`; on a line
/// "mean": [x] (or x) and "cov": [[xx]] (or xx); a single number as "cov" is that number times I; "sd" in the
/// place of "cov" is a standard deviation; "weight" is optional where all components leave it out (equal
/// ones). Throws Error(invalidFile) that names the key.
PointMixture mixtureOfJson(const std::string& text, const std::string& what);
std::string jsonOfMixture(const PointMixture& mixture);

/// Dark pixels become Gaussians whose weight is how dark they are, in a square 6 wide. `darkness`:
/// [height, width], 0 (white) to 1 (black). The picture is averaged down to at most `mostPoints` pixels.
/// `width` 0 is half a pixel. Throws Error(invalidOption) for a picture that is all white.
PointMixture mixtureOfPicture(std::span<const double> darkness, int width, int height, double kernelWidth,
                              int mostComponentsOfPicture, const std::string& what);

/// The data of a file by its ending: .csv or .txt, .json, .png. `width` 0 takes the default of its kind.
PointMixture mixtureOfFile(const std::string& path, double width, int pointsOfPicture);

}  // namespace diffuscope::model
