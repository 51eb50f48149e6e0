#include "core/exports/labelled_grid.h"

#include "core/exports/bitmap_font.h"
#include "core/registry/error.h"

#include <algorithm>

namespace diffuscope::exports {

namespace {

constexpr int kLabelScale = 2;  // of the font
constexpr int kGridMargin = 16;
constexpr int kLabelLine = kFontHeight * kLabelScale;
constexpr int kLabelLineGap = 6;
constexpr int kCellGap = 4;
constexpr int kLabelGap = 14;
constexpr unsigned char kInk = 24, kQuietInk = 112, kBlank = 240;

int labelTextWidth(const std::string& text)
{
    return textWidth(text) * kLabelScale;
}

int linesHeight(int lines)
{
    return lines == 0 ? 0 : lines * kLabelLine + (lines - 1) * kLabelLineGap;
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
        columnWidth = std::max(columnWidth, cellWidth) + (columnWidth > cellWidth ? 2 * kCellGap : 0);
        rowHeight = std::max(cellHeight, linesHeight(rowLines));
        left = kGridMargin + labelWidth + (labelWidth > 0 ? kLabelGap : 0);
        const int titleLines = lines({grid.title, grid.remark});
        top = kGridMargin + linesHeight(titleLines) + (titleLines > 0 ? kLabelGap : 0) +
              linesHeight(columnLines) + (columnLines > 0 ? kLabelLineGap : 0);
        const int columns = int(grid.columns.size()), rows = int(grid.rows.size());
        const int titleWidth = std::max(labelTextWidth(grid.title), labelTextWidth(grid.remark));
        width = std::max(left + columns * (columnWidth + kCellGap) - kCellGap, kGridMargin + titleWidth) +
                kGridMargin;
        height = top + rows * (rowHeight + kCellGap) - kCellGap + kGridMargin;
    }

    static int lines(const GridLabel& label) { return label.text.empty() ? 0 : label.remark.empty() ? 1 : 2; }
    int columnLeft(int column) const { return left + column * (columnWidth + kCellGap); }
    int rowTop(int row) const { return top + row * (rowHeight + kCellGap); }

    int cellWidth, cellHeight;
    int labelWidth = 0, rowLines = 0, columnWidth = 0, columnLines = 0, rowHeight = 0;
    int left = 0, top = 0, width = 0, height = 0;
};

void drawLabel(Canvas& canvas, int left, int top, const GridLabel& label)
{
    canvas.drawText(left, top, label.text, kLabelScale, kInk);
    canvas.drawText(left, top + kLabelLine + kLabelLineGap, label.remark, kLabelScale, kQuietInk);
}

void drawLabels(Canvas& canvas, const LabelledGrid& grid, const GridLayout& layout)
{
    drawLabel(canvas, kGridMargin, kGridMargin, {grid.title, grid.remark});
    for (int column = 0; column < int(grid.columns.size()); ++column)
        drawLabel(canvas, layout.columnLeft(column),
                  layout.top - kLabelLineGap - linesHeight(layout.columnLines),
                  grid.columns[std::size_t(column)]);
    for (int row = 0; row < int(grid.rows.size()); ++row) {
        const GridLabel& label = grid.rows[std::size_t(row)];
        const int space = layout.rowHeight - linesHeight(GridLayout::lines(label));
        drawLabel(canvas, kGridMargin, layout.rowTop(row) + space / 2, label);
    }
}

}  // namespace

PixelSize sizeOf(const LabelledGrid& grid)
{
    const GridLayout layout(grid);
    if (layout.width > kMostPixels || layout.height > kMostPixels)
        throw Error(ErrorCode::invalidOption,
                    "The picture would be " + std::to_string(layout.width) + " × " +
                        std::to_string(layout.height) + " pixels; at most " + std::to_string(kMostPixels) +
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
                canvas.fillRectangle(left, top, layout.cellWidth, layout.cellHeight, kBlank);
            else
                canvas.drawValues(left, top, grid.image, cell, scale, grid.zoom);
        }
    }
    return canvas;
}

}  // namespace diffuscope::exports
