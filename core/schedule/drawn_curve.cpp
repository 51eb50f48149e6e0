// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schedule/drawn_curve.h"

#include "core/base/error.h"
#include "core/schedule/noise_schedule.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace diffuscope::schedule {

namespace {

constexpr std::size_t maximumPoints = 200;
/// The smallest distance that dragging leaves between neighbours in t.
constexpr double leastDistance = 1e-3;

[[noreturn]] void refuseText(const std::string& owner, const std::string& what)
{
    throw Error(ErrorCode::invalidOption, "The option \"points\" of " + owner + " " + what + ".",
                "Write pairs such as 0:0.9999, 0.5:0.5, 1:0.001.");
}

/// The number at the start of `rest`, which is moved behind it and the spaces around it.
double takeNumber(const std::string& owner, std::string_view& rest)
{
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
    double value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc() || !std::isfinite(value))
        refuseText(owner, "has something else than a number at \"" + std::string(rest.substr(0, 20)) + "\"");
    rest.remove_prefix(std::size_t(end - rest.data()));
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
    return value;
}

std::string shortest(double value)
{
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return error == std::errc() ? std::string(buffer, end) : "0";
}

/// Slope at an end of the curve: three-point formula, limited so that the curve stays monotone.
double endSlope(double step, double nextStep, double secant, double nextSecant)
{
    const double slope = ((2 * step + nextStep) * secant - step * nextSecant) / (step + nextStep);
    if (slope * secant <= 0)
        return 0;
    if (secant * nextSecant <= 0 && std::abs(slope) > 3 * std::abs(secant))
        return 3 * secant;
    return slope;
}

}  // namespace

DrawnRange drawnRange(DrawnQuantity quantity)
{
    return quantity == DrawnQuantity::alphaBar ? DrawnRange{1e-9, 0.99999, 1e-5} : DrawnRange{-40, 40, 1e-3};
}

std::vector<ControlPoint> controlPointsFromText(const std::string& owner, const std::string& text)
{
    std::vector<ControlPoint> points;
    std::string_view rest = text;
    while (true) {
        if (points.size() == maximumPoints)
            refuseText(owner, "has more than " + std::to_string(maximumPoints) + " points");
        ControlPoint point;
        point.t = takeNumber(owner, rest);
        if (rest.empty() || rest.front() != ':')
            refuseText(owner, "lacks a colon after the time " + shortest(point.t));
        rest.remove_prefix(1);
        point.value = takeNumber(owner, rest);
        points.push_back(point);
        if (rest.empty())
            break;
        if (rest.front() != ',' && rest.front() != ';')
            refuseText(owner, "lacks a comma before \"" + std::string(rest.substr(0, 20)) + "\"");
        rest.remove_prefix(1);
    }
    if (points.size() < 2)
        refuseText(owner, "has one point, but must have at least two");
    return points;
}

std::string controlPointsToText(const std::vector<ControlPoint>& points)
{
    std::string text;
    for (const auto& point : points)
        text += (text.empty() ? "" : ", ") + shortest(point.t) + ":" + shortest(point.value);
    return text;
}

std::vector<ControlPoint> movedControlPoint(std::vector<ControlPoint> points, std::size_t index,
                                            ControlPoint wanted, DrawnQuantity quantity)
{
    if (index >= points.size() || std::isnan(wanted.t) || std::isnan(wanted.value))
        return points;
    const bool first = index == 0;
    const bool last = index + 1 == points.size();
    const DrawnRange range = drawnRange(quantity);
    // Midway where the neighbours are too close for any distance to be left.
    const auto between = [](double value, double low, double high) {
        return low < high ? std::clamp(value, low, high) : (low + high) / 2;
    };
    ControlPoint& point = points[index];
    if (first || last)
        point.t = first ? 0 : 1;
    else
        point.t = between(wanted.t, points[index - 1].t + leastDistance, points[index + 1].t - leastDistance);
    point.value = between(wanted.value, last ? range.least : points[index + 1].value + range.gap,
                          first ? range.most : points[index - 1].value - range.gap);
    return points;
}

std::vector<ControlPoint> controlPointsOf(const NoiseSchedule& schedule, DrawnQuantity quantity, int count)
{
    const DrawnRange range = drawnRange(quantity);
    std::vector<ControlPoint> points;
    for (int i = 0; i < count; ++i) {
        const double t = double(i) / (count - 1);
        const NoiseLevel level = schedule.levelAt(t * (schedule.levels() - 1));
        const double ratio = level.noiseToSignal();
        const double value = quantity == DrawnQuantity::alphaBar ? 1 / (1 + ratio * ratio) : level.logSnr();
        points.push_back({t, std::clamp(value, range.least, range.most)});
    }
    return points;
}

MonotoneCurve::MonotoneCurve(std::vector<ControlPoint> points) : m_points(std::move(points))
{
    const std::size_t count = m_points.size();
    std::vector<double> step;
    std::vector<double> secant;
    for (std::size_t i = 0; i + 1 < count; ++i) {
        step.push_back(m_points[i + 1].t - m_points[i].t);
        if (!(step[i] > 0))
            throw Error(ErrorCode::invalidOption,
                        "The points of a drawn curve have times that do not increase.",
                        "Give each point a later time than the one before it.");
        secant.push_back((m_points[i + 1].value - m_points[i].value) / step[i]);
    }
    if (count < 2)
        throw Error(ErrorCode::invalidOption, "A drawn curve has fewer than two points.", "Add a point.");
    m_slopes.assign(count, secant.front());
    if (count == 2)
        return;
    for (std::size_t i = 1; i + 1 < count; ++i) {
        if (secant[i - 1] * secant[i] <= 0) {
            m_slopes[i] = 0;
            continue;
        }
        const double left = 2 * step[i] + step[i - 1];
        const double right = step[i] + 2 * step[i - 1];
        m_slopes[i] = (left + right) / (left / secant[i - 1] + right / secant[i]);
    }
    m_slopes.front() = endSlope(step[0], step[1], secant[0], secant[1]);
    m_slopes.back() = endSlope(step[count - 2], step[count - 3], secant[count - 2], secant[count - 3]);
}

double MonotoneCurve::operator()(double t) const
{
    if (!(t > m_points.front().t))
        return m_points.front().value;
    if (t >= m_points.back().t)
        return m_points.back().value;
    const auto above =
        std::upper_bound(m_points.begin(), m_points.end(), t,
                         [](double time, const ControlPoint& point) { return time < point.t; });
    const auto i = std::size_t(above - m_points.begin()) - 1;
    const double step = m_points[i + 1].t - m_points[i].t;
    const double u = (t - m_points[i].t) / step;
    const double v = 1 - u;
    return v * v * (1 + 2 * u) * m_points[i].value + u * u * (1 + 2 * v) * m_points[i + 1].value +
           step * u * v * (v * m_slopes[i] - u * m_slopes[i + 1]);
}

}  // namespace diffuscope::schedule
