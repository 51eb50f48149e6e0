#include "core/exports/vector_page.h"

#include <charconv>
#include <vector>

namespace diffuscope::exports {

namespace {

/// A hundredth of a point is finer than any printer.
std::string pageNumber(double value)
{
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, 2).ptr;
    return {buffer, end};
}

// ---- SVG
// ----------------------------------------------------------------------------------------------------

std::string escapedXml(const std::string& text)
{
    std::string escaped;
    for (const char letter : text) {
        switch (letter) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            default:
                escaped += letter;
        }
    }
    return escaped;
}

std::string svgColor(const Color& color)
{
    return "rgb(" + std::to_string(color[0]) + "," + std::to_string(color[1]) + "," +
           std::to_string(color[2]) + ")";
}

class SvgPage final : public VectorPage
{
public:
    SvgPage(double width, double height, const std::string& title, const std::string& recipe)
    {
        const std::string size = pageNumber(width) + " " + pageNumber(height);
        m_text =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
            pageNumber(width) + "pt\" height=\"" + pageNumber(height) + "pt\" viewBox=\"0 0 " + size +
            "\" font-family=\"Helvetica, Arial, sans-serif\">\n<title>" + escapedXml(title) +
            "</title>\n<metadata id=\"diffuscope-recipe\">" + escapedXml(recipe) +
            "</metadata>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
    }

    void line(std::span<const PagePoint> points, const Color& color, double width) override
    {
        m_text += "<polyline fill=\"none\" stroke=\"" + svgColor(color) + "\" stroke-width=\"" +
                  pageNumber(width) + "\" stroke-linejoin=\"round\" points=\"";
        for (const PagePoint& point : points)
            m_text += pageNumber(point.x) + "," + pageNumber(point.y) + " ";
        m_text += "\"/>\n";
    }

    void text(const PageText& text) override
    {
        static constexpr const char* kAnchors[] = {"start", "middle", "end"};
        m_text += "<text x=\"" + pageNumber(text.at.x) + "\" y=\"" + pageNumber(text.at.y) +
                  "\" font-size=\"" + pageNumber(text.size) + "\" text-anchor=\"" +
                  kAnchors[int(text.anchor)] + "\" fill=\"" + svgColor(text.color) + "\"" +
                  (text.isBold ? " font-weight=\"bold\"" : "") + ">" + escapedXml(text.text) + "</text>\n";
    }

    std::string finish() override { return m_text + "</svg>\n"; }

private:
    std::string m_text;
};

// ---- PDF
// ----------------------------------------------------------------------------------------------------

/// Of Helvetica's letters from ' ' to '~', in thousandths of the size (Adobe's font metrics).
constexpr int kHelveticaWidths[] = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333,  278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,  611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,  556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,  500, 334, 260, 334, 584};

/// Letters that the font does not have become question marks.
std::string latin(const std::string& text)
{
    std::string letters;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if ((byte & 0xC0U) != 0x80U)
            letters += byte >= ' ' && byte <= '~' ? letter : '?';
    }
    return letters;
}

double helveticaWidth(const std::string& text, double size)
{
    double width = 0;
    for (const char letter : text)
        width += kHelveticaWidths[letter - ' '];
    return width * size / 1000;
}

std::string escapedPdf(const std::string& text)
{
    std::string escaped = "(";
    for (const char letter : text) {
        if (letter == '(' || letter == ')' || letter == '\\')
            escaped += '\\';
        escaped += letter;
    }
    return escaped + ")";
}

std::string pdfColor(const Color& color, const char* operation)
{
    std::string text;
    for (const std::uint8_t channel : color)
        text += pageNumber(channel / 255.0) + " ";
    return text + operation + "\n";
}

/// One page of PDF 1.4 (ISO 32000, 7.5): objects, where each begins, and which is the first.
class PdfPage final : public VectorPage
{
public:
    PdfPage(double width, double height, const std::string& title, const std::string& recipe)
        : m_width(width), m_height(height), m_title(latin(title)), m_recipe(latin(recipe))
    {
    }

    void line(std::span<const PagePoint> points, const Color& color, double width) override
    {
        m_content += pdfColor(color, "RG") + pageNumber(width) + " w 1 j\n";
        const char* operation = " m\n";
        for (const PagePoint& point : points) {
            m_content += pageNumber(point.x) + " " + pageNumber(m_height - point.y) + operation;
            operation = " l\n";
        }
        m_content += "S\n";
    }

    void text(const PageText& text) override
    {
        const std::string letters = latin(text.text);
        const double width = helveticaWidth(letters, text.size);
        const double before = text.anchor == TextAnchor::start    ? 0
                              : text.anchor == TextAnchor::middle ? width / 2
                                                                  : width;
        m_content += pdfColor(text.color, "rg") + "BT " + (text.isBold ? "/Bold " : "/Plain ") +
                     pageNumber(text.size) + " Tf " + pageNumber(text.at.x - before) + " " +
                     pageNumber(m_height - text.at.y) + " Td " + escapedPdf(letters) + " Tj ET\n";
    }

    std::string finish() override
    {
        const std::string size = pageNumber(m_width) + " " + pageNumber(m_height);
        const std::vector<std::string> objects{
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 " + size +
                "] /Contents 4 0 R /Resources << /Font << /Plain 5 0 R /Bold 6 0 R >> >> >>",
            "<< /Length " + std::to_string(m_content.size()) + " >>\nstream\n" + m_content + "endstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
            "<< /Title " + escapedPdf(m_title) + " /Creator (Diffuscope) /DiffuscopeRecipe " +
                escapedPdf(m_recipe) + " >>"};
        std::string file = "%PDF-1.4\n";
        std::vector<std::size_t> offsets;
        for (std::size_t i = 0; i < objects.size(); ++i) {
            offsets.push_back(file.size());
            file += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
        }
        const std::size_t table = file.size();
        file += "xref\n0 " + std::to_string(objects.size() + 1) + "\n0000000000 65535 f \n";
        for (const std::size_t offset : offsets) {
            const std::string digits = std::to_string(offset);
            file += std::string(10 - digits.size(), '0') + digits + " 00000 n \n";
        }
        return file + "trailer\n<< /Size " + std::to_string(objects.size() + 1) +
               " /Root 1 0 R /Info 7 0 R >>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
    }

private:
    double m_width, m_height;
    std::string m_title, m_recipe, m_content;
};

}  // namespace

std::unique_ptr<VectorPage> makeSvgPage(double width, double height, const std::string& title,
                                        const std::string& recipe)
{
    return std::make_unique<SvgPage>(width, height, title, recipe);
}

std::unique_ptr<VectorPage> makePdfPage(double width, double height, const std::string& title,
                                        const std::string& recipe)
{
    return std::make_unique<PdfPage>(width, height, title, recipe);
}

}  // namespace diffuscope::exports
