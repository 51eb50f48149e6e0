// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/labelled_grid.h"

#include "core/base/error.h"
#include "core/exports/bitmap_font.h"

#include <algorithm>

namespace diffuscope::exports {

namespace {

constexpr int labelScale = 2;  // of the font
constexpr int gridMargin = 16;
constexpr int labelLine = fontHeight * labelScale;
constexpr int labelLineGap = 6;
constexpr int cellGap = 4;
constexpr int labelGap = 14;
constexpr unsigned char ink = 24, quietInk = 112, blank = 240;

int labelTextWidth(const std::string& text)
{
    return textWidth(text) * labelScale;
}

int linesHeight(int lines)
{
    return lines == 0 ? 0 : lines * labelLine + (lines - 1) * labelLineGap;
}

/// Where everything lies, in pixels.
struct GridLayout
{
    explicit GridLayout(const LabelledGrid& grid)
        : cellWidth(grid.image.width * grid.zoom), cellHeight(grid.image.height * grid.zoom)
    {
        for (const GridLabel& row : grid.rows) {
            labelWidth = std::max({labelWidth, labelTextWidth(row.text), labelTextWidth(row.remark)});
            rowLines = std::max(rowLines, lines(row));
        }
        for (const GridLabel& column : grid.columns) {
            columnWidth = std::max({columnWidth, labelTextWidth(column.text), labelTextWidth(column.remark)});
            columnLines = std::max(columnLines, lines(column));
        }
        columnWidth = std::max(columnWidth, cellWidth) + (columnWidth > cellWidth ? 2 * cellGap : 0);
        rowHeight = std::max(cellHeight, linesHeight(rowLines));
        left = gridMargin + labelWidth + (labelWidth > 0 ? labelGap : 0);
        const int titleLines = lines({grid.title, grid.remark});
        top = gridMargin + linesHeight(titleLines) + (titleLines > 0 ? labelGap : 0) +
              linesHeight(columnLines) + (columnLines > 0 ? labelLineGap : 0);
        const int columns = int(grid.columns.size()), rows = int(grid.rows.size());
        const int titleWidth = std::max(labelTextWidth(grid.title), labelTextWidth(grid.remark));
        width = std::max(left + columns * (columnWidth + cellGap) - cellGap, gridMargin + titleWidth) +
                gridMargin;
        height = top + rows * (rowHeight + cellGap) - cellGap + gridMargin;
    }

    static int lines(const GridLabel& label) { return label.text.empty() ? 0 : label.remark.empty() ? 1 : 2; }
    int columnLeft(int column) const { return left + column * (columnWidth + cellGap); }
    int rowTop(int row) const { return top + row * (rowHeight + cellGap); }

    int cellWidth, cellHeight;
    int labelWidth = 0, rowLines = 0, columnWidth = 0, columnLines = 0, rowHeight = 0;
    int left = 0, top = 0, width = 0, height = 0;
};

void drawLabel(Canvas& canvas, int left, int top, const GridLabel& label)
{
    canvas.drawText(left, top, label.text, labelScale, ink);
    canvas.drawText(left, top + labelLine + labelLineGap, label.remark, labelScale, quietInk);
}

void drawLabels(Canvas& canvas, const LabelledGrid& grid, const GridLayout& layout)
{
    drawLabel(canvas, gridMargin, gridMargin, {grid.title, grid.remark});
    for (int column = 0; column < int(grid.columns.size()); ++column)
        drawLabel(canvas, layout.columnLeft(column),
                  layout.top - labelLineGap - linesHeight(layout.columnLines),
                  grid.columns[std::size_t(column)]);
    for (int row = 0; row < int(grid.rows.size()); ++row) {
        const GridLabel& label = grid.rows[std::size_t(row)];
        const int space = layout.rowHeight - linesHeight(GridLayout::lines(label));
        drawLabel(canvas, gridMargin, layout.rowTop(row) + space / 2, label);
    }
}

}  // namespace

PixelSize sizeOf(const LabelledGrid& grid)
{
    const GridLayout layout(grid);
    if (layout.width > mostPixels || layout.height > mostPixels)
        throw Error(ErrorCode::invalidOption,
                    "The picture would be " + std::to_string(layout.width) + " × " +
                        std::to_string(layout.height) + " pixels; at most " + std::to_string(mostPixels) +
                        " on a side can be written.",
                    "Choose fewer images or frames, or a smaller magnification.");
    return {layout.width, layout.height};
}

Canvas drawnGrid(const LabelledGrid& grid, const ColorScale& scale, const CellValues& values,
                 const Monitor& monitor)
{
    const PixelSize size = sizeOf(grid);
    const GridLayout layout(grid);
    Canvas canvas(size.width, size.height, 3);
    drawLabels(canvas, grid, layout);
    const int rows = int(grid.rows.size()), columns = int(grid.columns.size());
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            monitor.at(double(row * columns + column) / double(rows * columns));
            const std::vector<float> cell = values(row, column);
            const int left = layout.columnLeft(column), top = layout.rowTop(row);
            if (cell.empty())
                canvas.fillRectangle(left, top, layout.cellWidth, layout.cellHeight, blank);
            else
                canvas.drawValues(left, top, grid.image, cell, scale, grid.zoom);
        }
    }
    return canvas;
}

}  // namespace diffuscope::exports
