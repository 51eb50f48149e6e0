// SPDX-License-Identifier: GPL-3.0-or-later
// The guidance scale of each step as a curve over the progress of the run, drawn or typed. No torch in here.
#pragma once

#include <string>
#include <vector>

namespace diffuscope::recipe {

/// A piecewise linear curve w(progress) through control points, level before the first and after the last.
class GuidanceCurve
{
public:
    struct Point
    {
        double progress = 0;  ///< 0 … 1
        double scale = 1;     ///< −20 … 50
        bool operator==(const Point&) const = default;
    };

    /// From at least one point, progress strictly increasing. Throws Error(invalidOption) otherwise.
    explicit GuidanceCurve(std::vector<Point> points);

    /// From "0:1, 0.4:6, 1:2": pairs progress:scale, parted by commas. Throws Error(invalidOption).
    static GuidanceCurve parse(const std::string& text);
    /// The text that parse() reads.
    std::string toText() const;

    double at(double progress) const;
    const std::vector<Point>& points() const { return m_points; }

private:
    std::vector<Point> m_points;
};

/// The range of a guidance scale w.
constexpr double minimumGuidance = -20;
constexpr double maximumGuidance = 50;

}  // namespace diffuscope::recipe
