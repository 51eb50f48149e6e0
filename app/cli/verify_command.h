// SPDX-License-Identifier: GPL-3.0-or-later
// The subcommands that hold the program against outputs of other programs.
#pragma once

#include <CLI/CLI.hpp>

namespace diffuscope::cli {

/// verify FILE-OR-FOLDER…: one line a case, a closing count; exit status 1 where a case does not hold, is not
/// supported, or a file cannot be read.
void addVerifyCommand(CLI::App& program);

/// verify-model FOLDER…: the same for models of other programs with golden values; exit status 0 only where
/// all hold.
void addVerifyModelCommand(CLI::App& program);

}  // namespace diffuscope::cli
