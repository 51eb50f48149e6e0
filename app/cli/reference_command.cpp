// SPDX-License-Identifier: GPL-3.0-or-later
// The command "reference": writes the man pages and the shells' completions from the commands themselves, so
// that neither can say anything else than --help. Packaging calls it; it is not listed.
#include "app/cli/commands.h"
#include "app/cli/man_page.h"
#include "app/cli/shell_completion.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace diffuscope::cli {

namespace {

struct ReferenceArguments
{
    std::string manFolder;
    std::string bashFile;
    std::string zshFile;
    std::string fishFile;
};

void writeText(const std::filesystem::path& path, const std::string& text)
{
    std::error_code ignored;
    if (path.has_parent_path())
        std::filesystem::create_directories(path.parent_path(), ignored);
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file)
        throw std::runtime_error(path.string() + " cannot be written.");
}

void writeReference(const CLI::App& program, const ReferenceArguments& arguments)
{
    const std::vector<CommandText> commands = commandTexts(program);
    if (!arguments.manFolder.empty()) {
        const std::filesystem::path folder = arguments.manFolder;
        writeText(folder / (program.get_name() + ".1"), manPage(programText(program), commands));
        for (const auto& command : commands)
            writeText(folder / (program.get_name() + "-" + command.name + ".1"),
                      manPage(program.get_name(), command));
    }
    if (!arguments.bashFile.empty())
        writeText(arguments.bashFile, bashCompletion(program.get_name(), commands));
    if (!arguments.zshFile.empty())
        writeText(arguments.zshFile, zshCompletion(program.get_name(), commands));
    if (!arguments.fishFile.empty())
        writeText(arguments.fishFile, fishCompletion(program.get_name(), commands));
}

}  // namespace

void addReferenceCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("reference", "Write the man pages and the shells' completions");
    command->group("");
    auto arguments = std::make_shared<ReferenceArguments>();
    command->add_option("--man", arguments->manFolder, "Folder to write the man pages to")
        ->type_name("FOLDER");
    command->add_option("--bash", arguments->bashFile, "Completion for bash to write")->type_name("FILE");
    command->add_option("--zsh", arguments->zshFile, "Completion for zsh to write")->type_name("FILE");
    command->add_option("--fish", arguments->fishFile, "Completion for fish to write")->type_name("FILE");
    command->callback([&program, arguments] { writeReference(program, *arguments); });
}

}  // namespace diffuscope::cli
