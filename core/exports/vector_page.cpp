// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/vector_page.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <stdexcept>

namespace diffuscope::exports {

namespace {

constexpr const char* pageFont = "DejaVu Sans";

cairo_status_t appendBytes(void* file, const unsigned char* data, unsigned int length)
{
    static_cast<std::string*>(file)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
}

void setColor(cairo_t* cairo, const Color& color)
{
    cairo_set_source_rgb(cairo, color[0] / 255.0, color[1] / 255.0, color[2] / 255.0);
}

std::string escapedXml(const std::string& text)
{
    std::string escaped;
    for (const char letter : text) {
        escaped += letter == '&'   ? "&amp;"
                   : letter == '<' ? "&lt;"
                   : letter == '>' ? "&gt;"
                                   : std::string(1, letter);
    }
    return escaped;
}

/// Cairo has no call for what an SVG says of itself: it goes behind the opening <svg …>.
void describeSvg(std::string& file, const std::string& title, const std::string& recipe)
{
    const std::size_t opening = file.find("<svg");
    const std::size_t end = opening == std::string::npos ? opening : file.find('>', opening);
    if (end != std::string::npos)
        file.insert(end + 1, "\n<title>" + escapedXml(title) +
                                 "</title>\n<metadata id=\"diffuscope-recipe\">" + escapedXml(recipe) +
                                 "</metadata>");
}

}  // namespace

struct VectorPage::Drawing
{
    PageFormat format;
    std::string title, recipe;
    std::string file{};
    cairo_surface_t* surface = nullptr;
    cairo_t* cairo = nullptr;

    ~Drawing()
    {
        cairo_destroy(cairo);
        cairo_surface_destroy(surface);
    }
};

VectorPage::VectorPage(PageFormat format, double width, double height, const std::string& title,
                       const std::string& recipe)
    : m_drawing(new Drawing{.format = format, .title = title, .recipe = recipe})
{
    Drawing& drawing = *m_drawing;
    if (format == PageFormat::svg) {
        drawing.surface = cairo_svg_surface_create_for_stream(appendBytes, &drawing.file, width, height);
        cairo_svg_surface_set_document_unit(drawing.surface, CAIRO_SVG_UNIT_PT);
    } else {
        drawing.surface = cairo_pdf_surface_create_for_stream(appendBytes, &drawing.file, width, height);
        // Later versions pack title and recipe, so that only readers of PDF find them.
        cairo_pdf_surface_restrict_to_version(drawing.surface, CAIRO_PDF_VERSION_1_4);
        cairo_pdf_surface_set_metadata(drawing.surface, CAIRO_PDF_METADATA_TITLE, title.c_str());
        cairo_pdf_surface_set_metadata(drawing.surface, CAIRO_PDF_METADATA_KEYWORDS, recipe.c_str());
        cairo_pdf_surface_set_metadata(drawing.surface, CAIRO_PDF_METADATA_CREATOR, "Diffuscope");
    }
    drawing.cairo = cairo_create(drawing.surface);
    cairo_set_line_join(drawing.cairo, CAIRO_LINE_JOIN_ROUND);
    setColor(drawing.cairo, {255, 255, 255});
    cairo_paint(drawing.cairo);
}

VectorPage::~VectorPage() = default;

void VectorPage::line(std::span<const PagePoint> points, const Color& color, double width)
{
    cairo_t* cairo = m_drawing->cairo;
    setColor(cairo, color);
    cairo_set_line_width(cairo, width);
    cairo_new_path(cairo);  // text leaves a point to go on from
    for (const PagePoint& point : points)
        cairo_line_to(cairo, point.x, point.y);
    cairo_stroke(cairo);
}

double VectorPage::widthOf(const PageText& text)
{
    cairo_t* cairo = m_drawing->cairo;
    cairo_select_font_face(cairo, pageFont, CAIRO_FONT_SLANT_NORMAL,
                           text.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, text.size);
    cairo_text_extents_t extents;
    cairo_text_extents(cairo, text.text.c_str(), &extents);
    return extents.x_advance;
}

void VectorPage::text(const PageText& text)
{
    cairo_t* cairo = m_drawing->cairo;
    const double width = widthOf(text);
    const double before = text.anchor == TextAnchor::start    ? 0
                          : text.anchor == TextAnchor::middle ? width / 2
                                                              : width;
    setColor(cairo, text.color);
    cairo_move_to(cairo, text.at.x - before, text.at.y);
    cairo_show_text(cairo, text.text.c_str());
}

std::string VectorPage::finish()
{
    Drawing& drawing = *m_drawing;
    cairo_show_page(drawing.cairo);
    cairo_surface_finish(drawing.surface);
    const cairo_status_t status = cairo_status(drawing.cairo);
    if (status != CAIRO_STATUS_SUCCESS)
        throw std::runtime_error(std::string("The plots could not be drawn: ") +
                                 cairo_status_to_string(status));
    if (drawing.format == PageFormat::svg)
        describeSvg(drawing.file, drawing.title, drawing.recipe);
    return std::move(drawing.file);
}

}  // namespace diffuscope::exports
