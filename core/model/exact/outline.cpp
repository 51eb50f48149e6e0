// SPDX-License-Identifier: GPL-3.0-or-later
// The strokes of letters and of a dinosaur.
#include "core/model/exact/outline.h"

#include "core/base/error.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

namespace diffuscope::model {

namespace {

/// Each letter on a grid 4 wide and 6 high: "xy xy xy", '-' lifts the pen.
const std::map<char, const char*>& glyphs()
{
    static const std::map<char, const char*> table{
        {'A', "00 26 40-13 33"},
        {'B', "00 06 36 45 44 33 03-33 42 41 30 00"},
        {'C', "45 36 16 05 01 10 30 41"},
        {'D', "00 06 26 44 42 20 00"},
        {'E', "40 00 06 46-03 33"},
        {'F', "00 06 46-03 33"},
        {'G', "45 36 16 05 01 10 30 41 43 23"},
        {'H', "00 06-40 46-03 43"},
        {'I', "10 30-20 26-16 36"},
        {'J', "01 10 20 31 36"},
        {'K', "00 06-46 03 40"},
        {'L', "06 00 40"},
        {'M', "00 06 23 46 40"},
        {'N', "00 06 40 46"},
        {'O', "10 01 05 16 36 45 41 30 10"},
        {'P', "00 06 36 45 44 33 03"},
        {'Q', "10 01 05 16 36 45 41 30 10-22 40"},
        {'R', "00 06 36 45 44 33 03-23 40"},
        {'S', "45 36 16 05 04 13 33 42 41 30 10 01"},
        {'T', "06 46-26 20"},
        {'U', "06 01 10 30 41 46"},
        {'V', "06 20 46"},
        {'W', "06 10 23 30 46"},
        {'X', "00 46-06 40"},
        {'Y', "06 23 46-23 20"},
        {'Z', "06 46 00 40"},
        {'0', "10 01 05 16 36 45 41 30 10-01 45"},
        {'1', "15 26 20-10 30"},
        {'2', "05 16 36 45 44 00 40"},
        {'3', "05 16 36 45 44 33 23-33 42 41 30 10 01"},
        {'4', "30 36 02 42"},
        {'5', "46 06 03 33 42 41 30 10 01"},
        {'6', "45 36 16 05 01 10 30 41 42 33 03"},
        {'7', "06 46 10"},
        {'8', "13 04 05 16 36 45 44 33 13 02 01 10 30 41 42 33"},
        {'9', "01 10 30 41 45 36 16 05 04 13 43"},
        {' ', ""},
    };
    return table;
}

constexpr double letterAdvance = 6, letterWidth = 4, letterHeight = 6;

double distanceBetween(const PlanePoint& a, const PlanePoint& b)
{
    return std::hypot(b[0] - a[0], b[1] - a[1]);
}

/// The point at `distance` along a stroke.
PlanePoint pointAt(const Stroke& stroke, double distance)
{
    for (std::size_t i = 0; i + 1 < stroke.points.size(); ++i) {
        const PlanePoint &a = stroke.points[i], &b = stroke.points[i + 1];
        const double part = distanceBetween(a, b);
        if (distance <= part && part > 0)
            return {a[0] + (b[0] - a[0]) * distance / part, a[1] + (b[1] - a[1]) * distance / part};
        distance -= part;
    }
    return stroke.points.back();
}

std::vector<Stroke> strokesOfGlyph(const char* glyph, double left, int label)
{
    std::vector<Stroke> strokes;
    bool penIsUp = true;
    for (const char* at = glyph; *at;) {
        if (*at == '-' || *at == ' ') {
            penIsUp = penIsUp || *at == '-';
            ++at;
            continue;
        }
        if (penIsUp)
            strokes.push_back({{}, label});
        penIsUp = false;
        strokes.back().points.push_back({left + (at[0] - '0'), double(at[1] - '0')});
        at += 2;
    }
    return strokes;
}

}  // namespace

double Stroke::length() const
{
    double sum = 0;
    for (std::size_t i = 0; i + 1 < points.size(); ++i)
        sum += distanceBetween(points[i], points[i + 1]);
    return sum;
}

PointSet alongStrokes(const std::vector<Stroke>& strokes, std::size_t count)
{
    double total = 0;
    for (const auto& stroke : strokes)
        total += stroke.length();
    PointSet points;
    for (const auto& stroke : strokes) {
        const double length = stroke.length();
        const auto share =
            total > 0 ? std::size_t(std::lround(double(count) * length / total)) : std::size_t(0);
        const std::size_t own = std::max<std::size_t>(1, share);
        for (std::size_t i = 0; i < own; ++i)
            points.add(pointAt(stroke, length * (double(i) + 0.5) / double(own)), stroke.label);
    }
    return points;
}

std::vector<Stroke> dinosaurStrokes()
{
    const std::vector<PlanePoint> outline{
        {-2.95, 1.55},  {-2.85, 1.85},  {-2.55, 2.10},  {-2.20, 2.12},  {-1.95, 1.90},  {-1.80, 1.45},
        {-1.65, 0.90},  {-1.40, 0.45},  {-1.00, 0.38},  {-0.50, 0.60},  {0.05, 0.72},   {0.60, 0.66},
        {1.10, 0.40},   {1.60, 0.02},   {2.20, -0.30},  {2.95, -0.42},  {2.30, -0.68},  {1.60, -0.74},
        {1.28, -0.90},  {1.34, -1.92},  {0.86, -1.92},  {0.74, -1.08},  {0.20, -1.12},  {-0.38, -1.05},
        {-0.46, -1.92}, {-0.94, -1.92}, {-1.02, -0.90}, {-1.48, -0.55}, {-1.92, -0.05}, {-2.14, 0.60},
        {-2.22, 1.20},  {-2.50, 1.38},  {-2.95, 1.55}};
    return {{outline, -1}, {{{-2.35, 1.78}}, -1}};
}

std::vector<Stroke> wordStrokes(const std::string& word)
{
    if (word.find_first_not_of(' ') == std::string::npos)
        throw Error(ErrorCode::invalidOption, "There is no word to make points of.", "Type letters.");
    if (word.size() > longestWord)
        throw Error(ErrorCode::invalidOption,
                    "The word has " + std::to_string(word.size()) + " letters; at most " +
                        std::to_string(longestWord) + " are possible.",
                    "Take a shorter one.");
    std::vector<Stroke> strokes;
    for (std::size_t i = 0; i < word.size(); ++i) {
        const auto glyph = glyphs().find(char(std::toupper(static_cast<unsigned char>(word[i]))));
        if (glyph == glyphs().end())
            throw Error(ErrorCode::invalidOption,
                        "There is no drawing of character " + std::to_string(i + 1) + " of the word.",
                        "Use the letters A to Z, digits and blanks.");
        for (auto& stroke : strokesOfGlyph(glyph->second, double(i) * letterAdvance, int(i)))
            strokes.push_back(std::move(stroke));
    }
    const double wide = double(word.size() - 1) * letterAdvance + letterWidth;
    const double scale = std::min(6 / wide, 3 / letterHeight);
    for (auto& stroke : strokes)
        for (auto& point : stroke.points)
            point = {(point[0] - wide / 2) * scale, (point[1] - letterHeight / 2) * scale};
    return strokes;
}

}  // namespace diffuscope::model
