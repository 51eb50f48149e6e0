// SPDX-License-Identifier: GPL-3.0-or-later
// One run of a sweep, as one line of a job file: everything that a process on any machine needs to do it.
#pragma once

#include "core/recipe/recipe.h"
#include "core/sweep/sweep_plan.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace diffuscope::sweep {

struct Job
{
    /// 16 hexadecimal digits, made of the recipes and what to measure and keep: equal keys, equal results.
    std::string key;
    int line = 1;  ///< in the job file, from 1 on
    int of = 1;    ///< lines that the file has
    /// The fields that the plan varies, with their values as JSON text.
    std::vector<std::pair<std::string, std::string>> at{};
    recipe::Recipe recipe{};
    std::vector<std::string> measures{};
    std::vector<std::string> kept{};
    /// What the result is compared with.
    std::optional<recipe::Recipe> reference{};
};

/// The first 16 hexadecimal digits of the SHA-256 of a text.
std::string textHash(const std::string& text);
/// The key of a recipe alone, under which the result of a reference run is kept.
std::string keyOf(const recipe::Recipe& recipe);

/// All lines of the job file. Every run is checked before the text is returned: throws Error(invalidOption)
/// that names the run and its field, also where two runs of the plan would be the same.
std::string jobLines(const SweepPlan& plan);

/// Reads one line. `file` and `line` are for messages. Throws Error(invalidFile) for a line that is cut or
/// was changed: its key must be that of its recipe.
Job jobFromLine(const std::string& text, const std::string& file, int line);

/// The lines of a job file. Throws Error: missingFile, and invalidFile that names the line where the file is
/// cut or damaged.
std::vector<Job> readJobs(const std::string& path);
/// One of them, without reading those behind it. Throws as well where the file has fewer lines.
Job readJob(const std::string& path, int line);

}  // namespace diffuscope::sweep
