// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/schedule/drawn_curve.h"
#include "core/schedule/schedule_families.h"

#include <cmath>

namespace diffuscope::schedule {

namespace {

using base::Option;
using base::OptionValues;

constexpr auto displayName = "Drawn by hand";

[[noreturn]] void refuseDrawing(const std::string& what, const std::string& hint)
{
    throw Error(ErrorCode::invalidOption,
                "The option \"points\" of schedule " + std::string(displayName) + " " + what + ".", hint);
}

void checkPoints(const std::vector<ControlPoint>& points, DrawnQuantity quantity)
{
    if (points.front().t != 0 || points.back().t != 1)
        refuseDrawing("does not reach from t = 0 to t = 1",
                      "Start the list with t = 0 and end it with t = 1.");
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double value = points[i].value;
        const bool last = i + 1 == points.size();
        if (quantity == DrawnQuantity::alphaBar && !(value < 1 && (last ? value >= 0 : value > 0)))
            refuseDrawing("has a value of alpha bar outside 0 to 1",
                          "Keep every value above 0 and below 1; the last alone may be 0.");
        if (quantity == DrawnQuantity::logSnr && !(std::abs(value) <= 40))
            refuseDrawing("has a log-SNR outside -40 to 40", "Keep every value from -40 to 40.");
        if (i > 0 && !(points[i].t > points[i - 1].t && value < points[i - 1].value))
            refuseDrawing("does not fall from each point to the next",
                          "Order the points by time and let each value be smaller than the one before it.");
    }
}

NoiseSchedule make(const OptionValues& values)
{
    const DrawnQuantity quantity =
        base::text(values, "quantity") == "alpha_bar" ? DrawnQuantity::alphaBar : DrawnQuantity::logSnr;
    const auto points =
        controlPointsFromText("schedule " + std::string(displayName), base::text(values, "points"));
    checkPoints(points, quantity);
    const MonotoneCurve curve(points);
    std::vector<double> alpha;
    std::vector<double> sigma;
    for (const double t : linspace(0, 1, base::integer(values, "levels"))) {
        const double value = curve(t);
        if (quantity == DrawnQuantity::alphaBar) {
            alpha.push_back(std::sqrt(value));
            sigma.push_back(std::sqrt(1 - value));
        } else {
            alpha.push_back(1 / std::sqrt(1 + std::exp(-value)));
            sigma.push_back(1 / std::sqrt(1 + std::exp(value)));
        }
    }
    return NoiseSchedule::fromLevels(displayName, std::move(alpha), std::move(sigma));
}

}  // namespace

std::vector<ScheduleFamily> drawnFamilies()
{
    return {
        {"drawn",
         displayName,
         "A curve through points that you drag in the curves dock. A network trained on another schedule is "
         "told "
         "the time at which it knew the same mixture of signal and noise.",
         {Option::choice("quantity", "Curve of", "alpha_bar",
                         {{"alpha_bar", "ᾱ, the share of signal"}, {"log_snr", "Log signal-to-noise ratio"}},
                         "What the values of the points mean."),
          Option::text("points", "Points", "0:0.9999, 0.25:0.85, 0.5:0.49, 0.75:0.14, 1:0.0001",
                       "Pairs time:value from time 0 (clean) to 1 (noise), each value smaller than the one "
                       "before."),
          levelsOption()},
         make}};
}

}  // namespace diffuscope::schedule
