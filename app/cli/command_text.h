// SPDX-License-Identifier: GPL-3.0-or-later
// What a command says of itself, as plain values: man pages and completions are written from these.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace diffuscope::cli {

struct OptionText
{
    std::vector<std::string> names;  ///< with their hyphens, the short ones first; a positional's bare name
    std::string value;  ///< what follows it, as --help shows it: "FILE", "INT=20"; empty for a flag
    std::string description;
    std::string group;  ///< the heading under which --help lists it
    bool isPositional = false;
    bool isRequired = false;
    bool takesPath = false;  ///< its value is a file or a folder
};

struct CommandText
{
    std::string name;
    std::string description;
    std::string footer;
    std::vector<OptionText> options{};
};

/// The program itself, with the options that it takes without a command.
CommandText programText(const CLI::App& program);

/// Its commands in their order, hidden ones left out.
std::vector<CommandText> commandTexts(const CLI::App& program);

}  // namespace diffuscope::cli
