// SPDX-License-Identifier: GPL-3.0-or-later
// A page of lines and words without pixels, as SVG or PDF; drawn by Cairo.
#pragma once

#include "core/exports/color_scale.h"

#include <memory>
#include <span>
#include <string>

namespace diffuscope::exports {

/// In points (1/72 inch) from the upper left corner.
struct PagePoint
{
    double x = 0;
    double y = 0;
};

enum class TextAnchor { start, middle, end };

/// In DejaVu Sans, which has the letters of formulas, or what stands in for it.
struct PageText
{
    PagePoint at{};  ///< on the base line
    std::string text{};
    double size = 9;
    TextAnchor anchor = TextAnchor::start;
    Color color{0, 0, 0};
    bool isBold = false;
};

enum class PageFormat { svg, pdf };

class VectorPage
{
public:
    /// White, `width` by `height` points. `title` and `recipe` are what the file says of itself: a PDF in its
    /// title and keywords, an SVG in <title> and <metadata>.
    VectorPage(PageFormat format, double width, double height, const std::string& title,
               const std::string& recipe);
    ~VectorPage();

    void line(std::span<const PagePoint> points, const Color& color, double width);
    void text(const PageText& text);
    /// How wide that text is, in points.
    double widthOf(const PageText& text);
    /// The whole file; the page is at its end. Throws std::runtime_error where Cairo could not draw it.
    std::string finish();

private:
    struct Drawing;
    std::unique_ptr<Drawing> m_drawing;
};

}  // namespace diffuscope::exports
