// SPDX-License-Identifier: GPL-3.0-or-later
// The results of a sweep to look at: a sheet of its images, and plots of what was measured.
#pragma once

#include "core/exports/canvas.h"
#include "core/sweep/table.h"

#include <string>
#include <vector>

namespace diffuscope::sweep {

struct SheetOptions
{
    /// The field whose values are the columns; empty: the last that the plan varies.
    std::string columns{};
    int images = 1;  ///< of each run, side by side in its cell
    int zoom = 2;
};

/// A labelled picture: a column for each value of one field, a row for each combination of the others. Cells
/// of runs without kept images stay blank. Throws Error(invalidOption) where no run kept images, where their
/// sizes differ and where the picture would be too large.
exports::Canvas resultSheet(const std::vector<Job>& jobs, const Results& results,
                            const SheetOptions& options);

/// The text of an SVG or PDF file: a plot for each measure but the one on the x axis. `x` is a field with
/// numbers as values, or a measure; empty: the first such field. Lines join the rows that differ in `x`
/// alone. Throws Error(invalidOption) where there is nothing to plot.
std::string resultPlots(const Table& table, const std::string& x, bool isPdf, const std::string& title);

}  // namespace diffuscope::sweep
