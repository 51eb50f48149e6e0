// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/recipe/guidance_curve.h"

#include "core/base/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

namespace diffuscope::recipe {

namespace {

[[noreturn]] void refuse(const std::string& what)
{
    throw Error(ErrorCode::invalidOption, "The guidance curve (option \"curve\") " + what + ".",
                "Write pairs progress:scale with rising progress from 0 to 1, e.g. \"0:1, 0.4:6, 1:2\".");
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\n");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

double number(std::string_view text)
{
    const std::string_view digits = trimmed(text);
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size())
        refuse("has \"" + std::string(text) + "\" where a number should be");
    return value;
}

std::string shortest(double value)
{
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return std::string(buffer, end);
}

}  // namespace

GuidanceCurve::GuidanceCurve(std::vector<Point> points) : m_points(std::move(points))
{
    if (m_points.empty())
        refuse("has no points");
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const Point& point = m_points[i];
        if (!(point.progress >= 0 && point.progress <= 1))
            refuse("has a progress outside 0 to 1");
        if (!(point.scale >= minimumGuidance && point.scale <= maximumGuidance))
            refuse("has a scale outside -20 to 50");
        if (i > 0 && !(point.progress > m_points[i - 1].progress))
            refuse("goes back or repeats a progress");
    }
}

GuidanceCurve GuidanceCurve::parse(const std::string& text)
{
    std::vector<Point> points;
    std::string_view rest = text;
    while (!trimmed(rest).empty()) {
        const auto comma = rest.find_first_of(",;");
        const std::string_view pair = rest.substr(0, comma);
        const auto colon = pair.find(':');
        if (colon == std::string_view::npos)
            refuse("has \"" + std::string(trimmed(pair)) + "\" where a pair progress:scale should be");
        points.push_back({number(pair.substr(0, colon)), number(pair.substr(colon + 1))});
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    }
    return GuidanceCurve(std::move(points));
}

std::string GuidanceCurve::toText() const
{
    std::string text;
    for (const Point& point : m_points)
        text += (text.empty() ? "" : ", ") + shortest(point.progress) + ":" + shortest(point.scale);
    return text;
}

double GuidanceCurve::at(double progress) const
{
    const auto after = std::upper_bound(m_points.begin(), m_points.end(), progress,
                                        [](double p, const Point& point) { return p < point.progress; });
    if (after == m_points.begin())
        return m_points.front().scale;
    if (after == m_points.end())
        return m_points.back().scale;
    const Point& before = *(after - 1);
    const double part = (progress - before.progress) / (after->progress - before.progress);
    return before.scale + part * (after->scale - before.scale);
}

}  // namespace diffuscope::recipe
