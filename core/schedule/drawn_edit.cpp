// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schedule/drawn_edit.h"

#include "core/schedule/schedule_registry.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::schedule {

namespace {

constexpr std::size_t mostPoints = 200;
/// Points are laid at so many places along t, and not nearer to each other than a hand can tell them apart.
constexpr int places = 200;
constexpr int leastPlaces = 6;
/// A mixture that is off by 1 in log-SNR is as wrong as one that is off by this much in alpha bar.
constexpr double logSnrWeight = 0.01;

double logSnrOf(double alphaBar)
{
    return std::log(alphaBar) - std::log1p(-alphaBar);
}

/// How far apart two values of the quantity are, in both of the ways in which they are looked at.
double distance(double a, double b, DrawnQuantity quantity)
{
    const auto alphaBar = [&](double value) {
        return convertedValue(value, quantity, DrawnQuantity::alphaBar);
    };
    const auto logSnr = [&](double value) { return convertedValue(value, quantity, DrawnQuantity::logSnr); };
    return std::abs(alphaBar(a) - alphaBar(b)) + logSnrWeight * std::abs(logSnr(a) - logSnr(b));
}

/// The place at which a curve through the chosen places is furthest from `all`; −1 where none is free.
int worstPlace(const std::vector<ControlPoint>& all, const std::vector<int>& chosen, DrawnQuantity quantity)
{
    std::vector<ControlPoint> points;
    for (const int place : chosen)
        points.push_back(all[std::size_t(place)]);
    const MonotoneCurve curve(points);
    int worst = -1;
    double most = 0;
    for (int place = 0; place <= places; ++place) {
        const bool isFree = std::none_of(chosen.begin(), chosen.end(), [place](int taken) {
            return std::abs(taken - place) < leastPlaces;
        });
        const ControlPoint& point = all[std::size_t(place)];
        const double off = isFree ? distance(curve(point.t), point.value, quantity) : 0;
        if (off > most) {
            most = off;
            worst = place;
        }
    }
    return worst;
}

/// Each value below the one before it and within the range, moved as little as that takes.
std::vector<ControlPoint> falling(std::vector<ControlPoint> points, DrawnQuantity quantity)
{
    const DrawnRange range = drawnRange(quantity);
    double highest = range.most;
    for (auto& point : points) {
        point.value = std::min(point.value, highest);
        highest = point.value - range.gap;
    }
    double lowest = range.least;
    for (auto point = points.rbegin(); point != points.rend(); ++point) {
        point->value = std::max(point->value, lowest);
        lowest = point->value + range.gap;
    }
    return points;
}

}  // namespace

DrawnSchedule drawnFromOptions(const base::OptionValues& options)
{
    const std::string owner = "schedule Drawn by hand";
    const auto values = base::completed(owner, scheduleFamily(drawnFamilyId).options, options);
    const bool isAlphaBar = base::text(values, "quantity") == "alpha_bar";
    return {.quantity = isAlphaBar ? DrawnQuantity::alphaBar : DrawnQuantity::logSnr,
            .points = controlPointsFromText(owner, base::text(values, "points")),
            .levels = base::integer(values, "levels")};
}

base::OptionValues toOptions(const DrawnSchedule& drawn)
{
    const base::OptionValues all{
        {"quantity", std::string(drawn.quantity == DrawnQuantity::alphaBar ? "alpha_bar" : "log_snr")},
        {"points", controlPointsToText(drawn.points)},
        {"levels", double(drawn.levels)}};
    base::OptionValues differing;
    for (const auto& option : scheduleFamily(drawnFamilyId).options)
        if (const auto& value = all.at(option.id); option.id == "points" || value != option.defaultValue)
            differing[option.id] = value;
    return differing;
}

double convertedValue(double value, DrawnQuantity from, DrawnQuantity to)
{
    if (from == to)
        return value;
    return to == DrawnQuantity::logSnr ? logSnrOf(value) : 1 / (1 + std::exp(-value));
}

DrawnSchedule inQuantity(DrawnSchedule drawn, DrawnQuantity quantity)
{
    if (drawn.quantity == quantity)
        return drawn;
    for (auto& point : drawn.points) {
        // What no mixture has stands at the end of the range: falling() finds it a place.
        const double value = convertedValue(point.value, drawn.quantity, quantity);
        point = roundedPoint({point.t, std::isfinite(value) ? value : std::copysign(1e3, value)}, quantity);
    }
    drawn.quantity = quantity;
    drawn.points = falling(std::move(drawn.points), quantity);
    return drawn;
}

ControlPoint roundedPoint(ControlPoint point, DrawnQuantity quantity)
{
    const auto rounded = [](double value, int decimals) {
        const double unit = std::pow(10.0, decimals);
        return std::round(value * unit) / unit;
    };
    int decimals = 3;
    if (quantity == DrawnQuantity::alphaBar) {
        const double smaller = std::clamp(std::min(point.value, 1 - point.value), 1e-9, 0.5);
        decimals = 3 - int(std::floor(std::log10(smaller)));
    }
    return {rounded(point.t, 3), rounded(point.value, decimals)};
}

std::pair<std::vector<ControlPoint>, int> withControlPoint(std::vector<ControlPoint> points,
                                                           ControlPoint wanted, DrawnQuantity quantity)
{
    if (points.size() < 2 || points.size() >= mostPoints || std::isnan(wanted.t))
        return {std::move(points), -1};
    const ControlPoint rounded = roundedPoint(wanted, quantity);
    const auto after = std::upper_bound(points.begin() + 1, points.end() - 1, rounded.t,
                                        [](double t, const ControlPoint& point) { return t < point.t; });
    const auto index = std::size_t(after - points.begin());
    constexpr double timeRoom = 2e-3;
    constexpr double valueRoom = 1e-9;
    if (points[index].t - points[index - 1].t < timeRoom - 1e-9 ||
        points[index - 1].value - points[index].value < valueRoom)
        return {std::move(points), -1};
    points.insert(points.begin() + std::ptrdiff_t(index), rounded);
    return {movedControlPoint(std::move(points), index, rounded, quantity), int(index)};
}

DrawnSchedule drawnAfter(const NoiseSchedule& schedule, DrawnQuantity quantity, int count)
{
    std::vector<ControlPoint> all;
    for (const ControlPoint& point : controlPointsOf(schedule, quantity, places + 1))
        all.push_back(roundedPoint(point, quantity));
    std::vector<int> chosen{0, places};
    while (int(chosen.size()) < std::clamp(count, 2, 20)) {
        const int worst = worstPlace(all, chosen, quantity);
        if (worst < 0)
            break;
        chosen.insert(std::upper_bound(chosen.begin(), chosen.end(), worst), worst);
    }
    DrawnSchedule drawn{.quantity = quantity, .points = {}, .levels = schedule.levels()};
    for (const int place : chosen)
        drawn.points.push_back(all[std::size_t(place)]);
    drawn.points = falling(std::move(drawn.points), quantity);
    return drawn;
}

ScheduleSpec drawnSpecAfter(const ScheduleSpec& source, DrawnQuantity quantity)
{
    return {drawnFamilyId, toOptions(drawnAfter(makeSchedule(source), quantity))};
}

}  // namespace diffuscope::schedule
