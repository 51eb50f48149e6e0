// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command_text.h"

namespace diffuscope::cli {

namespace {

/// What --help puts behind the names, without its leading blank.
std::string valueText(const CLI::Option& option)
{
    const std::string text = CLI::Formatter().make_option_opts(&option);
    return text.starts_with(' ') ? text.substr(1) : text;
}

OptionText optionText(const CLI::Option& option)
{
    OptionText text;
    for (const auto& name : option.get_snames())
        text.names.push_back("-" + name);
    for (const auto& name : option.get_lnames())
        text.names.push_back("--" + name);
    text.isPositional = text.names.empty();
    if (text.isPositional)
        text.names.push_back(option.get_name(true));
    text.value = valueText(option);
    text.description = option.get_description();
    text.group = option.get_group();
    text.isRequired = option.get_required();
    const std::string kind = option.get_type_name();
    text.takesPath = kind.starts_with("FILE") || kind.starts_with("FOLDER") || kind.starts_with("DIR") ||
                     kind.starts_with("PATH");
    return text;
}

CommandText textOf(const CLI::App& command)
{
    CommandText text{command.get_name(), command.get_description(), command.get_footer()};
    for (const CLI::Option* option : command.get_options())
        if (!option->get_group().empty())
            text.options.push_back(optionText(*option));
    return text;
}

}  // namespace

CommandText programText(const CLI::App& program)
{
    return textOf(program);
}

std::vector<CommandText> commandTexts(const CLI::App& program)
{
    std::vector<CommandText> texts;
    for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
        if (!command->get_group().empty())
            texts.push_back(textOf(*command));
    return texts;
}

}  // namespace diffuscope::cli
