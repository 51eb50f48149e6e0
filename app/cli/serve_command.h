// SPDX-License-Identifier: GPL-3.0-or-later
// The subcommand that offers models to other programs and machines.
#pragma once

#include <CLI/CLI.hpp>

namespace diffuscope::cli {

void addServeCommand(CLI::App& program);

}  // namespace diffuscope::cli
