// SPDX-License-Identifier: GPL-3.0-or-later
// A table of pictures with a title, a label for each row and one for each column.
#pragma once

#include "core/exports/canvas.h"
#include "core/exports/exported_run.h"

#include <functional>
#include <string>
#include <vector>

namespace diffuscope::exports {

struct GridLabel
{
    std::string text;
    std::string remark{};  ///< second line, quieter
};

struct LabelledGrid
{
    std::string title;
    std::string remark{};  ///< below the title, quieter
    std::vector<GridLabel> rows;
    std::vector<GridLabel> columns;
    record::BatchShape image;  ///< of each cell; its batch is not looked at
    int zoom = 1;              ///< pixels of the picture for one of an image
};

struct PixelSize
{
    int width = 0;
    int height = 0;
};

/// The picture's size. Throws Error(invalidOption) where a side is over mostPixels.
PixelSize sizeOf(const LabelledGrid& grid);
inline constexpr int mostPixels = 30000;

/// The values [channels, height, width] of a cell; empty where there is none, which leaves it blank.
using CellValues = std::function<std::vector<float>(int row, int column)>;

/// The picture, of 3 channels. Cells are asked for one after the other.
Canvas drawnGrid(const LabelledGrid& grid, const ColorScale& scale, const CellValues& values,
                 const Monitor& monitor);

}  // namespace diffuscope::exports
