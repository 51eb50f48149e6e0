// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/plots.h"

#include "core/exports/exported_run.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace diffuscope::exports {

namespace {

constexpr double plotLeft = 56, plotRight = 16, plotTop = 30, plotBottom = 36;
constexpr double legendGap = 14, axisTextSize = 8, plotTitleSize = 9.5, pageTitleSize = 11;
constexpr Color axisColor{60, 60, 60}, gridColor{225, 225, 225}, textColor{30, 30, 30};

struct Interval
{
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void take(double value)
    {
        if (std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    /// Never empty, and with a little air above and below.
    Interval widened(double share) const
    {
        if (!(low <= high))
            return {0, 1};
        const double extent = high > low ? high - low : std::max(1.0, std::abs(low));
        return {low - share * extent, high + share * extent};
    }
    double share(double value) const { return (value - low) / (high - low); }
};

bool isFinitePoint(const PagePoint& point)
{
    return std::isfinite(point.x) && std::isfinite(point.y);
}

/// One plot in its rectangle of the page.
class DrawnPlot
{
public:
    DrawnPlot(VectorPage& page, const Plot& plot, double top) : m_page(page), m_plot(plot), m_top(top)
    {
        Interval x, y;
        for (const PlotSeries& series : plot.series) {
            for (const PagePoint& point : series.points) {
                if (isFinitePoint(point)) {
                    x.take(point.x);
                    y.take(point.y);
                }
            }
        }
        m_x = x.widened(0);
        m_y = y.widened(0.05);
    }

    void draw()
    {
        drawGridAndNumbers();
        drawFrame();
        for (const PlotSeries& series : m_plot.series)
            drawSeries(series);
        drawTitleAndLegend();
    }

private:
    double left() const { return plotLeft; }
    double right() const { return pageWidth - plotRight; }
    double top() const { return m_top + plotTop; }
    double bottom() const { return m_top + plotHeight - plotBottom; }
    PagePoint placeOf(const PagePoint& value) const
    {
        return {left() + m_x.share(value.x) * (right() - left()),
                bottom() - m_y.share(value.y) * (bottom() - top())};
    }
    void stroke(PagePoint from, PagePoint to, const Color& color, double width)
    {
        const PagePoint points[] = {from, to};
        m_page.line(points, color, width);
    }

    void drawGridAndNumbers()
    {
        for (const double value : roundNumbers(m_y.low, m_y.high, 5)) {
            const double y = placeOf({m_x.low, value}).y;
            stroke({left(), y}, {right(), y}, gridColor, 0.5);
            m_page.text({.at = {left() - 5, y + 3},
                         .text = shortNumber(value, 6),
                         .size = axisTextSize,
                         .anchor = TextAnchor::end,
                         .color = axisColor});
        }
        for (const double value : roundNumbers(m_x.low, m_x.high, 8)) {
            const double x = placeOf({value, m_y.low}).x;
            stroke({x, top()}, {x, bottom()}, gridColor, 0.5);
            m_page.text({.at = {x, bottom() + 13},
                         .text = shortNumber(value, 6),
                         .size = axisTextSize,
                         .anchor = TextAnchor::middle,
                         .color = axisColor});
        }
        for (const double mark : m_plot.marks) {
            const double x = placeOf({mark, m_y.low}).x;
            stroke({x, bottom() - 5}, {x, bottom()}, axisColor, 0.8);
        }
    }

    void drawFrame()
    {
        const PagePoint corners[] = {{left(), top()}, {left(), bottom()}, {right(), bottom()}};
        m_page.line(corners, axisColor, 0.8);
        m_page.text({.at = {right(), bottom() + 25},
                     .text = m_plot.xLabel,
                     .size = axisTextSize,
                     .anchor = TextAnchor::end,
                     .color = axisColor});
    }

    void drawSeries(const PlotSeries& series)
    {
        std::vector<PagePoint> piece;
        const auto finishPiece = [&] {
            if (piece.size() > 1)
                m_page.line(piece, series.color, 1.4);
            piece.clear();
        };
        for (const PagePoint& point : series.points)
            if (isFinitePoint(point))
                piece.push_back(placeOf(point));
            else
                finishPiece();
        finishPiece();
    }

    void drawTitleAndLegend()
    {
        const double base = top() - 9;
        m_page.text({.at = {left(), base},
                     .text = m_plot.title,
                     .size = plotTitleSize,
                     .anchor = TextAnchor::start,
                     .color = textColor,
                     .isBold = true});
        double end = right();
        for (auto series = m_plot.series.rbegin(); series != m_plot.series.rend(); ++series) {
            const PageText label{.at = {end, base},
                                 .text = series->label,
                                 .size = axisTextSize,
                                 .anchor = TextAnchor::end,
                                 .color = series->color};
            m_page.text(label);
            end -= m_page.widthOf(label) + legendGap;
        }
    }

    VectorPage& m_page;
    const Plot& m_plot;
    double m_top;
    Interval m_x, m_y;
};

}  // namespace

std::vector<double> roundNumbers(double low, double high, int count)
{
    const double rough = (high - low) / std::max(1, count);
    if (!(rough > 0) || !std::isfinite(rough))
        return {low};
    const double power = std::pow(10, std::floor(std::log10(rough)));
    const double factor = rough / power;
    const double step = power * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10);
    std::vector<double> numbers;
    for (double k = std::ceil(low / step); k * step <= high + 1e-9 * step; ++k)
        numbers.push_back(k * step + 0.0);  // never −0
    return numbers;
}

void drawPlots(VectorPage& page, const std::string& title, std::span<const Plot> plots)
{
    page.text({.at = {plotLeft, 26},
               .text = title,
               .size = pageTitleSize,
               .anchor = TextAnchor::start,
               .color = textColor,
               .isBold = true});
    for (std::size_t i = 0; i < plots.size(); ++i)
        DrawnPlot(page, plots[i], pageTop + plotHeight * double(i)).draw();
}

}  // namespace diffuscope::exports
