// SPDX-License-Identifier: GPL-3.0-or-later
// The subcommands of "diffuscope-cli sweep", and what they share.
#pragma once

#include "core/sweep/results.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace diffuscope::cli {

struct SweepFiles
{
    std::string jobs;
    std::string results;  ///< empty: beside the job file
};

/// Adds JOBS and --results.
void addSweepFiles(CLI::App& command, SweepFiles& files);
sweep::Results resultsOf(const SweepFiles& files);

/// "3", "1-10", "1-10,15" → the lines, ascending and each once. Throws Error(invalidOption).
std::vector<int> parsedLines(const std::string& text);

/// The command itself.
void addSweepCommand(CLI::App& program);

void addSweepRunCommand(CLI::App& sweep);
void addSweepJoinCommand(CLI::App& sweep);
/// submit, status
void addSweepEngineCommands(CLI::App& sweep);

}  // namespace diffuscope::cli
