// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/shell_completion.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace diffuscope::cli {

namespace {

/// The command that lists what an option takes.
struct Listing
{
    std::string_view option;
    std::string_view command;
};

constexpr std::array<Listing, 7> listings{{{"--sampler", "samplers"},
                                           {"--schedule", "schedules"},
                                           {"--grid", "grids"},
                                           {"--guidance-rule", "guidance"},
                                           {"--clipping", "clipping"},
                                           {"--target", "targets"},
                                           {"--model", "models"}}};

std::string listingOf(const OptionText& option)
{
    for (const auto& listing : listings)
        if (std::find(option.names.begin(), option.names.end(), listing.option) != option.names.end())
            return std::string(listing.command);
    return {};
}

std::string functionName(std::string program)
{
    std::replace(program.begin(), program.end(), '-', '_');
    return "_" + program;
}

std::string replaced(std::string text, std::string_view what, std::string_view with)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
    return text;
}

/// Between single quotes for sh, bash and zsh.
std::string shellQuoted(const std::string& text)
{
    return "'" + replaced(text, "'", "'\\''") + "'";
}

std::string fishQuoted(const std::string& text)
{
    return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

/// Every name of every option that is not a bare argument, parted by blanks.
std::string optionNames(const CommandText& command)
{
    std::string text;
    for (const auto& option : command.options)
        for (const auto& name : option.names)
            if (!option.isPositional)
                text += (text.empty() ? "" : " ") + name;
    return text;
}

std::string commandNames(const std::vector<CommandText>& commands)
{
    std::string text;
    for (const auto& command : commands)
        text += (text.empty() ? "" : " ") + command.name;
    return text;
}

/// In _arguments, a colon and brackets part the fields.
std::string zshField(const std::string& text)
{
    return replaced(replaced(replaced(replaced(text, "\\", "\\\\"), ":", "\\:"), "[", "\\["), "]", "\\]");
}

std::string zshAction(const std::string& function, const OptionText& option)
{
    if (const std::string listing = listingOf(option); !listing.empty())
        return function + "_names " + listing;
    return option.takesPath ? "_files" : " ";
}

std::string zshArgument(const std::string& function, const OptionText& option)
{
    if (option.isPositional)
        return shellQuoted("*:" + zshField(option.description) + ":_files");
    std::string lines;
    for (const auto& name : option.names) {
        std::string spec = "*" + name + "[" + zshField(option.description) + "]";
        if (!option.value.empty())
            spec += ":" + zshField(option.value) + ":" + zshAction(function, option);
        lines += (lines.empty() ? "" : " \\\n            ") + shellQuoted(spec);
    }
    return lines;
}

}  // namespace

std::string bashCompletion(const std::string& program, const std::vector<CommandText>& commands)
{
    std::string text = R"(# bash completion for @program@. Written by @program@ reference; do not edit.
declare -gA @function@_known
# The names that "@program@ LISTING" lists, asked once a shell.
@function@_names()
{
    [[ -n ${@function@_known[$1]:-} ]] ||
        @function@_known[$1]=$("@program@" "$1" 2>/dev/null | awk '/^[^ ]/ { print $1 }')
    COMPREPLY=($(compgen -W "${@function@_known[$1]}" -- "$2"))
}
@function@()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} options=
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W "@commands@ --help --version" -- "$word"))
        return
    fi
    case $before in
)";
    for (const auto& listing : listings)
        text += "        " + std::string(listing.option) + ") @function@_names " +
                std::string(listing.command) + " \"$word\"; return ;;\n";
    text += "    esac\n    case ${COMP_WORDS[1]} in\n";
    for (const auto& command : commands)
        text += "        " + command.name + ") options=\"" + optionNames(command) + "\" ;;\n";
    text += R"(    esac
    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$word"))
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}
complete -o filenames -F @function@ @program@
)";
    return replaced(replaced(replaced(text, "@program@", program), "@function@", functionName(program)),
                    "@commands@", commandNames(commands));
}

std::string zshCompletion(const std::string& program, const std::vector<CommandText>& commands)
{
    const std::string function = functionName(program);
    std::string text = "#compdef " + program + "\n# Written by " + program + " reference; do not edit.\n" +
                       function + "_names()\n{\n    local -a names\n    names=(${(f)\"$(" + program +
                       " $1 2>/dev/null | awk '/^[^ ]/ { print $1 }')\"})\n    compadd -a names\n}\n" +
                       function + "()\n{\n    local -a commands=(\n";
    for (const auto& command : commands)
        text += "        " + shellQuoted(zshField(command.name) + ":" + command.description) + "\n";
    text +=
        "    )\n    if ((CURRENT == 2)); then\n        _describe command commands\n        return\n    fi\n"
        "    local command=$words[2]\n    shift words\n    ((CURRENT--))\n    case $command in\n";
    for (const auto& command : commands) {
        text += "        " + command.name + ")\n            _arguments";
        for (const auto& option : command.options)
            text += " \\\n            " + zshArgument(function, option);
        text += " ;;\n";
    }
    return text + "    esac\n}\n" + function + " \"$@\"\n";
}

std::string fishCompletion(const std::string& program, const std::vector<CommandText>& commands)
{
    const std::string function = functionName(program);
    std::string text = "# fish completion for " + program + ". Written by " + program +
                       " reference; do not edit.\nfunction " + function + "_names\n    " + program +
                       " $argv[1] 2>/dev/null | awk '/^[^ ]/ { print $1 }'\nend\n";
    for (const auto& command : commands) {
        text += "complete -c " + program + " -n __fish_use_subcommand -f -a " + command.name + " -d " +
                fishQuoted(command.description) + "\n";
        for (const auto& option : command.options) {
            if (option.isPositional)
                continue;
            text += "complete -c " + program + " -n '__fish_seen_subcommand_from " + command.name + "'";
            for (const auto& name : option.names)
                text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            text += " -d " + fishQuoted(option.description);
            if (const std::string listing = listingOf(option); !listing.empty())
                text += " -x -a '(" + function + "_names " + listing + ")'";
            else if (!option.value.empty())
                text += option.takesPath ? " -r" : " -x";
            text += "\n";
        }
    }
    return text;
}

}  // namespace diffuscope::cli
