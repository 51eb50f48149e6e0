// SPDX-License-Identifier: GPL-3.0-or-later
// Tables of the commands of the lab, and points out of files of either kind.
#pragma once

#include "core/model/exact/point_mixture.h"

#include <string>
#include <variant>
#include <vector>

namespace diffuscope::cli {

struct PointTable
{
    using Cell = std::variant<std::string, double>;
    using Row = std::vector<Cell>;

    std::vector<std::string> header;
    std::vector<Row> rows;
};

/// Numbers in full precision; NaN is an empty cell.
std::string csvOf(const PointTable& table);
/// Columns of blanks, numbers with six digits; NaN is a dash.
std::string alignedText(const PointTable& table);

/// Points of a CSV file, or of the tensor "samples" [N, d] of a safetensors file. Throws Error.
model::PointSet readPointTensors(const std::string& path);
/// Writes samples [N, d], as 64-bit floats, and, where there are any, states and estimates [frames, N, d].
struct PointTensors
{
    int dimensions = 2;
    std::vector<double> samples;
    std::vector<std::vector<double>> states, x0Hats;
    std::string recipe;  ///< JSON
};
void writePointTensors(const std::string& path, const PointTensors& tensors, bool isDouble);

}  // namespace diffuscope::cli
