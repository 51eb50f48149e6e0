// SPDX-License-Identifier: GPL-3.0-or-later
// Man pages in troff's man macros, from what the commands say of themselves.
#pragma once

#include "app/cli/command_text.h"

namespace diffuscope::cli {

/// The page of the program, which lists its commands.
std::string manPage(const CommandText& program, const std::vector<CommandText>& commands);

/// The page of one command of `program`.
std::string manPage(const std::string& program, const CommandText& command);

}  // namespace diffuscope::cli
