// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/man_page.h"

#include <algorithm>
#include <cctype>

namespace diffuscope::cli {

namespace {

/// Text as troff reads it. A line must not begin with a point or an apostrophe, and a hyphen is a minus, so
/// that what is copied from the page works.
std::string escaped(const std::string& text)
{
    std::string result;
    bool isLineStart = true;
    for (const char character : text) {
        if (isLineStart && (character == '.' || character == '\''))
            result += "\\&";
        if (character == '\\')
            result += "\\e";
        else if (character == '-')
            result += "\\-";
        else
            result += character;
        isLineStart = character == '\n';
    }
    return result;
}

std::string bold(const std::string& text)
{
    return "\\fB" + escaped(text) + "\\fR";
}

std::string italic(const std::string& text)
{
    return text.empty() ? "" : "\\fI" + escaped(text) + "\\fR";
}

std::string upperCase(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char character) { return char(std::toupper(character)); });
    return text;
}

std::string withPoint(const std::string& sentence)
{
    return sentence.empty() || sentence.ends_with('.') ? sentence : sentence + ".";
}

std::string head(const std::string& page, const std::string& description)
{
    return ".\\\" Written by diffuscope-cli reference; do not edit.\n.TH " + escaped(upperCase(page)) +
           " 1 \"\" \"Diffuscope " DIFFUSCOPE_VERSION "\" \"User Commands\"\n.SH NAME\n" + escaped(page) +
           " \\- " +
           escaped(description.ends_with('.') ? description.substr(0, description.size() - 1) : description) +
           "\n";
}

std::string optionItem(const OptionText& option)
{
    std::string names;
    for (const auto& name : option.names)
        names += (names.empty() ? "" : ", ") + (option.isPositional ? italic(name) : bold(name));
    const std::string value = option.isPositional || option.value.empty() ? "" : " " + italic(option.value);
    return ".TP\n" + names + value + "\n" + escaped(withPoint(option.description)) + "\n";
}

/// The options under the headings that --help gives them, in the order of their first option.
std::string optionSections(const CommandText& command)
{
    std::vector<std::string> groups;
    std::string text;
    const auto isListed = [](const OptionText& option) { return !option.isPositional; };
    for (const auto& option : command.options)
        if (option.isPositional)
            text += (text.empty() ? ".SH ARGUMENTS\n" : "") + optionItem(option);
        else if (std::find(groups.begin(), groups.end(), option.group) == groups.end())
            groups.push_back(option.group);
    for (const auto& group : groups) {
        text += ".SH " + escaped(upperCase(group)) + "\n";
        for (const auto& option : command.options)
            if (isListed(option) && option.group == group)
                text += optionItem(option);
    }
    return text;
}

std::string exitStatus()
{
    return ".SH EXIT STATUS\n0 where everything was done; 130 after Ctrl\\-C; otherwise another number, with "
           "one "
           "sentence on\nstandard error that says what is wrong and what to do.\n";
}

std::string synopsis(const std::string& program, const CommandText& command)
{
    std::string text = ".SH SYNOPSIS\n" + bold(program) + " " + bold(command.name);
    const bool hasOptions = std::any_of(command.options.begin(), command.options.end(),
                                        [](const OptionText& option) { return !option.isPositional; });
    if (hasOptions)
        text += " [" + italic("OPTION") + "...]";
    for (const auto& option : command.options)
        if (option.isPositional)
            text += option.isRequired ? " " + italic(option.names.front())
                                      : " [" + italic(option.names.front()) + "]";
    return text + "\n";
}

}  // namespace

std::string manPage(const CommandText& program, const std::vector<CommandText>& commands)
{
    std::string text = head(program.name, program.description);
    text +=
        ".SH SYNOPSIS\n" + bold(program.name) + " " + italic("COMMAND") + " [" + italic("OPTION") + "...]\n";
    text += ".SH DESCRIPTION\n" + escaped(withPoint(program.description)) +
            "\nEvery command explains itself with " + bold("--help") + " and has a page of its own.\n";
    text += ".SH COMMANDS\n";
    for (const auto& command : commands)
        text += ".TP\n" + bold(command.name) + "\n" + escaped(withPoint(command.description)) + "\n";
    text += optionSections(program) + exitStatus();
    text += ".SH ENVIRONMENT\n.TP\n" + bold("DIFFUSCOPE_MODELS") +
            "\nFolders of models to look in, parted by colons, before those that come with the program.\n";
    text += ".SH SEE ALSO\n" + bold("diffuscope") + "(1)";
    for (const auto& command : commands)
        text += ",\n" + bold(program.name + "-" + command.name) + "(1)";
    return text + "\n";
}

std::string manPage(const std::string& program, const CommandText& command)
{
    std::string text = head(program + "-" + command.name, command.description);
    text += synopsis(program, command);
    text += ".SH DESCRIPTION\n" + escaped(withPoint(command.description)) + "\n";
    if (!command.footer.empty())
        text += ".PP\n" + escaped(command.footer) + "\n";
    return text + optionSections(command) + exitStatus() + ".SH SEE ALSO\n" + bold(program) + "(1)\n";
}

}  // namespace diffuscope::cli
