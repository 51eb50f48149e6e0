#include "app/cli/sampler_sheet.h"

#include "core/exports/bitmap_font.h"

#include <algorithm>

namespace diffuscope::cli {

using exports::Canvas;

namespace {

constexpr int kScale = 2;
constexpr int kMargin = 12;
constexpr int kImageGap = 2;
constexpr int kGroupGap = 24;
constexpr int kRowGap = 6;
constexpr int kLine = exports::kFontHeight * kScale;
constexpr int kLineGap = 6;
constexpr unsigned char kBlack = 0;
constexpr unsigned char kGrey = 96;
constexpr unsigned char kRule = 224;

int widthOf(const std::string& text)
{
    return exports::textWidth(text) * kScale;
}

/// Where everything lies, in pixels.
struct Layout
{
    int imageWidth, rowHeight, labelWidth, imagesWidth, numberWidth, top, width, height;

    Layout(const SamplerSheet& sheet, int zoom)
        : imageWidth(sheet.shape.width * zoom),
          rowHeight(std::max(sheet.shape.height * zoom, 2 * kLine + kLineGap) + kRowGap),
          labelWidth(0),
          imagesWidth(sheet.shape.batch * (imageWidth + kImageGap)),
          numberWidth(widthOf("0000")),
          top(kMargin + 2 * (kLine + kLineGap)),
          width(0),
          height(top + int(sheet.rows.size()) * rowHeight + kMargin)
    {
        for (const auto& row : sheet.rows) {
            labelWidth = std::max({labelWidth, widthOf(row.name), widthOf(row.remark)});
        }
        width = std::max(columnLeft(int(sheet.steps.size())) - kGroupGap, kMargin + widthOf(sheet.title)) +
                kMargin;
    }

    int columnLeft(int column) const
    {
        return kMargin + labelWidth + kGroupGap + column * (imagesWidth + 6 + numberWidth + kGroupGap);
    }
    int numberRight(int column) const { return columnLeft(column) + imagesWidth + 6 + numberWidth; }
    int rowTop(int row) const { return top + row * rowHeight; }
};

void drawRightAligned(Canvas& canvas, int right, int top, const std::string& text, unsigned char grey)
{
    canvas.drawText(right - widthOf(text), top, text, kScale, grey);
}

void drawHeader(Canvas& canvas, const SamplerSheet& sheet, const Layout& layout)
{
    canvas.drawText(kMargin, kMargin, sheet.title, kScale, kBlack);
    const int top = kMargin + kLine + kLineGap;
    for (int column = 0; column < int(sheet.steps.size()); ++column) {
        const int steps = sheet.steps[std::size_t(column)];
        canvas.drawText(layout.columnLeft(column), top,
                        std::to_string(steps) + (steps == 1 ? " step" : " steps"), kScale, kBlack);
        drawRightAligned(canvas, layout.numberRight(column), top, "NFE", kGrey);
    }
}

void drawCell(Canvas& canvas, const SheetCell& cell, int left, int top, const Layout& layout, int zoom)
{
    for (int k = 0; k < cell.images.shape.batch; ++k) {
        canvas.drawImage(left + k * (layout.imageWidth + kImageGap), top, cell.images, k, zoom);
    }
    canvas.drawText(left, top + kLine, cell.note, kScale, kGrey);
}

void drawRow(Canvas& canvas, const SheetRow& row, int top, const Layout& layout, int zoom)
{
    canvas.fillRectangle(kMargin, top - kRowGap / 2 - 1, layout.width - 2 * kMargin, 1, kRule);
    const int textTop = top + (layout.rowHeight - kRowGap - 2 * kLine - kLineGap) / 2 + kScale;
    canvas.drawText(kMargin, textTop, row.name, kScale, kBlack);
    canvas.drawText(kMargin, textTop + kLine + kLineGap, row.remark, kScale, kGrey);
    for (int column = 0; column < int(row.cells.size()); ++column) {
        const auto& cell = row.cells[std::size_t(column)];
        drawCell(canvas, cell, layout.columnLeft(column), top, layout, zoom);
        const int numberTop = top + (layout.rowHeight - kRowGap - exports::kFontAscent * kScale) / 2;
        if (cell.note.empty()) {
            drawRightAligned(canvas, layout.numberRight(column), numberTop, std::to_string(cell.evaluations),
                             kGrey);
        }
    }
}

}  // namespace

Canvas drawnSheet(const SamplerSheet& sheet, int zoom)
{
    const Layout layout(sheet, zoom);
    Canvas canvas(layout.width, layout.height, sheet.shape.channels);
    drawHeader(canvas, sheet, layout);
    for (int row = 0; row < int(sheet.rows.size()); ++row) {
        drawRow(canvas, sheet.rows[std::size_t(row)], layout.rowTop(row), layout, zoom);
    }
    return canvas;
}

}  // namespace diffuscope::cli
