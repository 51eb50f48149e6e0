// SPDX-License-Identifier: GPL-3.0-or-later
// A curve drawn by hand: control points as text, kept monotone, joined by monotone cubic interpolation.
#pragma once

#include <string>
#include <vector>

namespace diffuscope::schedule {

class NoiseSchedule;

/// One point that a person drags: `t` from 0 (least noisy) to 1 (noisiest), and the curve's value there.
struct ControlPoint
{
    double t = 0;
    double value = 0;
    bool operator==(const ControlPoint&) const = default;
};

/// What a drawn schedule's values mean.
enum class DrawnQuantity {
    alphaBar,  ///< alpha², above 0 (0 itself at t = 1) and below 1
    logSnr,    ///< log(alpha²/sigma²), −40 … 40
};

/// Where dragging keeps the values of a quantity.
struct DrawnRange
{
    double least;
    double most;
    double gap;  ///< the smallest distance that is left between neighbouring values
};
DrawnRange drawnRange(DrawnQuantity quantity);

/// "0:0.9999, 0.5:0.5, 1:0.001" as points, in the text's order. Throws Error(invalidOption) that names
/// `owner` for anything but 2 … 200 pairs of finite numbers.
std::vector<ControlPoint> controlPointsFromText(const std::string& owner, const std::string& text);
/// The same points as text; reads back identically.
std::string controlPointsToText(const std::vector<ControlPoint>& points);

/// A copy of `points` in which point `index` moved to `wanted`, but no further than keeps t strictly
/// increasing and the value strictly decreasing and in the quantity's range. The first point stays at t = 0,
/// the last at t = 1.
std::vector<ControlPoint> movedControlPoint(std::vector<ControlPoint> points, std::size_t index,
                                            ControlPoint wanted, DrawnQuantity quantity);

/// `count` ≥ 2 points on the curve of an existing schedule: where drawing starts from.
std::vector<ControlPoint> controlPointsOf(const NoiseSchedule& schedule, DrawnQuantity quantity, int count);

/// Piecewise cubic Hermite curve through points with strictly increasing t (Fritsch & Butland 1984: weighted
/// harmonic mean of the neighbouring slopes), monotone wherever the points are; constant outside of them.
class MonotoneCurve
{
public:
    /// At least 2 points; throws Error(invalidOption) where t does not increase strictly.
    explicit MonotoneCurve(std::vector<ControlPoint> points);
    double operator()(double t) const;

private:
    std::vector<ControlPoint> m_points;
    std::vector<double> m_slopes;
};

}  // namespace diffuscope::schedule
