// SPDX-License-Identifier: GPL-3.0-or-later
// The drawn schedule as it is edited: its options as values, points added and removed, and a curve that
// begins where another schedule is.
#pragma once

#include "core/schedule/drawn_curve.h"
#include "core/schedule/noise_schedule.h"

#include <utility>

namespace diffuscope::schedule {

/// The id of the drawn schedule among the families.
inline constexpr const char* drawnFamilyId = "drawn";

/// What the options of the family "drawn" say.
struct DrawnSchedule
{
    DrawnQuantity quantity = DrawnQuantity::alphaBar;
    std::vector<ControlPoint> points;
    int levels = 1000;  ///< T

    bool operator==(const DrawnSchedule&) const = default;
};

/// From options, completed by their defaults. Throws Error(invalidOption) for options that the family refuses
/// and for points that cannot be read.
DrawnSchedule drawnFromOptions(const base::OptionValues& options);

/// The options that say this; those at their defaults are left out, but for the points.
base::OptionValues toOptions(const DrawnSchedule& drawn);

/// The value that means the same mixture of signal and noise in the other quantity.
double convertedValue(double value, DrawnQuantity from, DrawnQuantity to);

/// The same points in another quantity, moved as little as keeps them falling and in range.
DrawnSchedule inQuantity(DrawnSchedule drawn, DrawnQuantity quantity);

/// A number of a length that a person reads: t to thousandths, the value as precisely as a pixel asks for
/// and no coarser than 1 − value, where that is small.
ControlPoint roundedPoint(ControlPoint point, DrawnQuantity quantity);

/// A copy with one more point as near to `wanted` as keeps the curve falling, and its index. The points as
/// they are, and −1, where there is no room: at most 200 points, a thousandth apart in t, and
/// values that can be told apart.
std::pair<std::vector<ControlPoint>, int> withControlPoint(std::vector<ControlPoint> points,
                                                           ControlPoint wanted, DrawnQuantity quantity);

/// A drawn schedule that follows another one: through both of its ends, and through those of its levels at
/// which the curve would otherwise be furthest off, `count` points in all (2 … 20).
DrawnSchedule drawnAfter(const NoiseSchedule& schedule, DrawnQuantity quantity, int count = 9);
/// The spec of a drawn schedule that follows the schedule of another spec. Throws Error(invalidOption) where
/// that cannot be made.
ScheduleSpec drawnSpecAfter(const ScheduleSpec& source, DrawnQuantity quantity = DrawnQuantity::alphaBar);

}  // namespace diffuscope::schedule
