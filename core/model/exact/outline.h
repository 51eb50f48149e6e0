// SPDX-License-Identifier: GPL-3.0-or-later
// Shapes made of strokes: letters, a dinosaur of our own drawing, and points at equal distances along them.
#pragma once

#include "core/model/exact/point_mixture.h"

#include <array>
#include <string>
#include <vector>

namespace diffuscope::model {

using PlanePoint = std::array<double, 2>;

/// A line through points, drawn without lifting the pen.
struct Stroke
{
    std::vector<PlanePoint> points;
    int label = -1;

    double length() const;
};

/// `count` points at equal distances along all strokes together, each with its stroke's label. A stroke
/// without length is a dot and gets one point; each other stroke gets at least one.
PointSet alongStrokes(const std::vector<Stroke>& strokes, std::size_t count);

/// The outline of a dinosaur and its eye, about 6 wide.
std::vector<Stroke> dinosaurStrokes();

/// At most this many letters make a word.
constexpr std::size_t longestWord = 24;

/// A word in plain capital letters, centred on the origin, at most 6 wide and 3 high; letter i has the label
/// i. Letters A to Z (small ones are taken as capitals), digits and blanks. Throws Error(invalidOption) for
/// other characters, an empty word or one that is too long.
std::vector<Stroke> wordStrokes(const std::string& word);

}  // namespace diffuscope::model
