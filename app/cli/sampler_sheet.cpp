// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/sampler_sheet.h"

#include "core/exports/bitmap_font.h"

#include <algorithm>

namespace diffuscope::cli {

using exports::Canvas;

namespace {

constexpr int scale = 2;
constexpr int margin = 12;
constexpr int imageGap = 2;
constexpr int groupGap = 24;
constexpr int rowGap = 6;
constexpr int lineHeight = exports::fontHeight * scale;
constexpr int lineGap = 6;
constexpr unsigned char black = 0;
constexpr unsigned char backgroundGrey = 96;
constexpr unsigned char rule = 224;

int widthOf(const std::string& text)
{
    return exports::textWidth(text) * scale;
}

/// Where everything lies, in pixels.
struct Layout
{
    int imageWidth, rowHeight, labelWidth, imagesWidth, numberWidth, top, width, height;

    Layout(const SamplerSheet& sheet, int zoom)
        : imageWidth(sheet.shape.width * zoom),
          rowHeight(std::max(sheet.shape.height * zoom, 2 * lineHeight + lineGap) + rowGap),
          labelWidth(0),
          imagesWidth(sheet.shape.batch * (imageWidth + imageGap)),
          numberWidth(widthOf("0000")),
          top(margin + 2 * (lineHeight + lineGap)),
          width(0),
          height(top + int(sheet.rows.size()) * rowHeight + margin)
    {
        for (const auto& row : sheet.rows)
            labelWidth = std::max({labelWidth, widthOf(row.name), widthOf(row.remark)});
        width =
            std::max(columnLeft(int(sheet.steps.size())) - groupGap, margin + widthOf(sheet.title)) + margin;
    }

    int columnLeft(int column) const
    {
        return margin + labelWidth + groupGap + column * (imagesWidth + 6 + numberWidth + groupGap);
    }
    int numberRight(int column) const { return columnLeft(column) + imagesWidth + 6 + numberWidth; }
    int rowTop(int row) const { return top + row * rowHeight; }
};

void drawRightAligned(Canvas& canvas, int right, int top, const std::string& text, unsigned char grey)
{
    canvas.drawText(right - widthOf(text), top, text, scale, grey);
}

void drawHeader(Canvas& canvas, const SamplerSheet& sheet, const Layout& layout)
{
    canvas.drawText(margin, margin, sheet.title, scale, black);
    const int top = margin + lineHeight + lineGap;
    for (int column = 0; column < int(sheet.steps.size()); ++column) {
        const int steps = sheet.steps[std::size_t(column)];
        canvas.drawText(layout.columnLeft(column), top,
                        std::to_string(steps) + (steps == 1 ? " step" : " steps"), scale, black);
        drawRightAligned(canvas, layout.numberRight(column), top, "NFE", backgroundGrey);
    }
}

void drawCell(Canvas& canvas, const SheetCell& cell, int left, int top, const Layout& layout, int zoom)
{
    for (int k = 0; k < cell.images.shape.batch; ++k)
        canvas.drawImage(left + k * (layout.imageWidth + imageGap), top, cell.images, k, zoom);
    canvas.drawText(left, top + lineHeight, cell.note, scale, backgroundGrey);
}

void drawRow(Canvas& canvas, const SheetRow& row, int top, const Layout& layout, int zoom)
{
    canvas.fillRectangle(margin, top - rowGap / 2 - 1, layout.width - 2 * margin, 1, rule);
    const int textTop = top + (layout.rowHeight - rowGap - 2 * lineHeight - lineGap) / 2 + scale;
    canvas.drawText(margin, textTop, row.name, scale, black);
    canvas.drawText(margin, textTop + lineHeight + lineGap, row.remark, scale, backgroundGrey);
    for (int column = 0; column < int(row.cells.size()); ++column) {
        const auto& cell = row.cells[std::size_t(column)];
        drawCell(canvas, cell, layout.columnLeft(column), top, layout, zoom);
        const int numberTop = top + (layout.rowHeight - rowGap - exports::fontAscent * scale) / 2;
        if (cell.note.empty()) {
            drawRightAligned(canvas, layout.numberRight(column), numberTop, std::to_string(cell.evaluations),
                             backgroundGrey);
        }
    }
}

}  // namespace

Canvas drawnSheet(const SamplerSheet& sheet, int zoom)
{
    const Layout layout(sheet, zoom);
    Canvas canvas(layout.width, layout.height, sheet.shape.channels);
    drawHeader(canvas, sheet, layout);
    for (int row = 0; row < int(sheet.rows.size()); ++row)
        drawRow(canvas, sheet.rows[std::size_t(row)], layout.rowTop(row), layout, zoom);
    return canvas;
}

}  // namespace diffuscope::cli
