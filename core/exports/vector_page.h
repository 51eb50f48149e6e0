// A page of lines and words without pixels, as SVG or PDF.
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

/// Helvetica, or what stands in for it.
struct PageText
{
    PagePoint at{};  ///< on the base line
    std::string text{};
    double size = 9;
    TextAnchor anchor = TextAnchor::start;
    Color color{0, 0, 0};
    bool isBold = false;
};

class VectorPage
{
public:
    virtual ~VectorPage() = default;
    virtual void line(std::span<const PagePoint> points, const Color& color, double width) = 0;
    virtual void text(const PageText& text) = 0;
    /// The whole file; the page is at its end.
    virtual std::string finish() = 0;
};

/// `title` and `recipe` are what the file says of itself.
std::unique_ptr<VectorPage> makeSvgPage(double width, double height, const std::string& title,
                                        const std::string& recipe);
std::unique_ptr<VectorPage> makePdfPage(double width, double height, const std::string& title,
                                        const std::string& recipe);

}  // namespace diffuscope::exports
