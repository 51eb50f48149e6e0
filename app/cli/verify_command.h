// The subcommand that holds the program against reference trajectories.
#pragma once

#include <CLI/CLI.hpp>

namespace diffuscope::cli {

/// verify FILE-OR-FOLDER…: one line a case, a closing count; exit status 1 where a case does not hold, is not
/// supported, or a file cannot be read.
void addVerifyCommand(CLI::App& program);

}  // namespace diffuscope::cli
