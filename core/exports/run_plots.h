// SPDX-License-Identifier: GPL-3.0-or-later
// A run's schedule and per-step quantities as a page of plots.
#pragma once

#include "core/exports/exported_run.h"
#include "core/exports/plots.h"

#include <string>
#include <vector>

namespace diffuscope::exports {

/// The schedule with the levels that the run visits, the norms of each step over the chosen images, and the
/// times of each step.
std::vector<Plot> runPlots(const ExportedRun& run, const std::vector<int>& images);

/// As a whole SVG or PDF file, by the suffix of `path`, which only names it. Throws Error(invalidOption) for
/// another suffix.
std::string plotsFile(const std::string& path, const ExportedRun& run, const std::vector<int>& images);

}  // namespace diffuscope::exports
