// SPDX-License-Identifier: GPL-3.0-or-later
// Completions of the command line for three shells. Names of samplers, schedules and models are asked of the
// program when they are wanted, once a shell, so that they are those of the program and the models that are
// there.
#pragma once

#include "app/cli/command_text.h"

namespace diffuscope::cli {

std::string bashCompletion(const std::string& program, const std::vector<CommandText>& commands);
std::string zshCompletion(const std::string& program, const std::vector<CommandText>& commands);
std::string fishCompletion(const std::string& program, const std::vector<CommandText>& commands);

}  // namespace diffuscope::cli
