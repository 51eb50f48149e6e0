// SPDX-License-Identifier: GPL-3.0-or-later
// Line plots on a page: axes with round numbers, a legend, one plot below the other.
#pragma once

#include "core/exports/vector_page.h"

#include <span>
#include <string>
#include <vector>

namespace diffuscope::exports {

struct PlotSeries
{
    std::string label;
    Color color{};
    std::vector<PagePoint> points;  ///< in the plot's own units; a line breaks where one is not finite
};

struct Plot
{
    std::string title;
    std::string xLabel;
    std::vector<PlotSeries> series;
    std::vector<double> marks{};  ///< small ticks along the x axis
};

/// The height of a page of this width, in points, with so many plots.
inline constexpr double pageWidth = 504, plotHeight = 190, pageTop = 40;
inline double pageHeight(std::size_t plots)
{
    return pageTop + plotHeight * double(plots);
}

void drawPlots(VectorPage& page, const std::string& title, std::span<const Plot> plots);

/// Round numbers in [low, high], about `count` of them.
std::vector<double> roundNumbers(double low, double high, int count);

}  // namespace diffuscope::exports
