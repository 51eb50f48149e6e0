// SPDX-License-Identifier: GPL-3.0-or-later
// diffuscope-cli: trains, samples and measures the models of Diffuscope.
#include "app/cli/commands.h"
#include "app/cli/lessons_command.h"
#include "app/cli/serve_command.h"
#include "app/cli/standard_output.h"
#include "app/cli/sweep_command.h"
#include "app/cli/verify_command.h"
#include "core/base/aliases.h"
#include "core/base/error.h"

#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

namespace {

int report(const std::string& message, const std::string& hint = {})
{
    std::cerr << "diffuscope-cli: " << message << (hint.empty() ? "" : " ") << hint << "\n";
    return 1;
}

// The sentence for a first word that is no command, or nothing.
std::string refusedCommand(const CLI::App& program, int argc, char** argv)
{
    const std::string word = argc > 1 ? argv[1] : "";
    std::vector<std::string> names;
    for (const auto* command : program.get_subcommands(nullptr))
        names.push_back(command->get_name());
    const bool isCommand = std::find(names.begin(), names.end(), word) != names.end();
    if (word.empty() || word.front() == '-' || isCommand)
        return {};
    const std::string nearest = diffuscope::base::nearestName(word, names);
    return "There is no command \"" + word + "\"; " +
           (nearest.empty() ? "--help lists those there are." : "did you mean " + nearest + "?");
}

int run(int argc, char** argv)
{
    // A file that would be larger than is allowed is refused in words, like one on a full disk.
    std::signal(SIGXFSZ, SIG_IGN);
    CLI::App program("Trains, samples and measures the models of Diffuscope.", "diffuscope-cli");
    program.set_version_flag("--version", "diffuscope-cli " DIFFUSCOPE_VERSION);
    program.require_subcommand(1);
    program.failure_message([](const CLI::App*, const CLI::Error& error) {
        return "diffuscope-cli: " + std::string(error.what()) + "\n";
    });
    diffuscope::cli::addSampleCommand(program);
    diffuscope::cli::addForwardCommand(program);
    diffuscope::cli::addInterpolateCommand(program);
    diffuscope::cli::addSheetCommand(program);
    diffuscope::cli::addLinkCommand(program);
    diffuscope::cli::addGalleryCommand(program);
    diffuscope::cli::addNetworkCommand(program);
    diffuscope::cli::addSweepCommand(program);
    diffuscope::cli::addServeCommand(program);
    diffuscope::cli::addLessonsCommand(program);
    diffuscope::cli::addExportRunCommand(program);
    diffuscope::cli::addScheduleCommands(program);
    diffuscope::cli::addListingCommands(program);
    diffuscope::cli::addModelsCommand(program);
    diffuscope::cli::addInspectCommand(program);
    diffuscope::cli::addVerifyCommand(program);
    diffuscope::cli::addVerifyModelCommand(program);
    diffuscope::cli::addTrainCommand(program);
    diffuscope::cli::addExportCommand(program);
    diffuscope::cli::addEvaluateCommand(program);
    diffuscope::cli::addReferenceCommand(program);
    diffuscope::cli::addFieldCommand(program);
    diffuscope::cli::addMeasureCommand(program);
    diffuscope::cli::addConditionalCommand(program);
    diffuscope::cli::addLabCommand(program);
    if (const std::string refused = refusedCommand(program, argc, argv); !refused.empty())
        return report(refused);
    try {
        auto words = diffuscope::cli::separatedEmptyValues(argc, argv);
        std::reverse(words.begin(), words.end());  // as CLI11 takes them
        program.parse(std::move(words));
        return 0;
    } catch (const CLI::RuntimeError& outcome) {
        return outcome.get_exit_code();
    } catch (const CLI::ParseError& error) {
        return program.exit(error);
    } catch (const diffuscope::Error& error) {
        return report(error.what(), error.hint());
    } catch (const std::bad_alloc&) {
        return report("There is not enough memory.", "Choose a smaller batch.");
    } catch (const std::exception& error) {
        return report(error.what());
    }
}

}  // namespace

int main(int argc, char** argv)
{
    diffuscope::cli::keepStandardStreams();
    const int status = run(argc, argv);
    const int written = diffuscope::cli::finishedOutput();
    return status != 0 ? status : written;
}
