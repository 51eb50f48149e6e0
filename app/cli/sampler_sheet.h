// SPDX-License-Identifier: GPL-3.0-or-later
// A table of small pictures: one row a sampler, one column a number of steps.
#pragma once

#include "core/exports/canvas.h"

#include <string>
#include <vector>

namespace diffuscope::cli {

/// What one sampler made in one number of steps.
struct SheetCell
{
    record::ImageBatch images{};  ///< empty where there are none
    int evaluations = 0;          ///< of the network, for the whole run
    std::string note{};           ///< why there are no images
};

struct SheetRow
{
    std::string name;
    std::string remark;  ///< second line of the label
    std::vector<SheetCell> cells;
};

struct SamplerSheet
{
    std::string title;
    std::vector<int> steps;
    record::BatchShape shape;  ///< of each cell's images
    std::vector<SheetRow> rows;
};

/// The sheet with its labels, each pixel of an image `zoom` wide. Every row has one cell a column.
exports::Canvas drawnSheet(const SamplerSheet& sheet, int zoom);

}  // namespace diffuscope::cli
