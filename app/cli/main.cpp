// diffuscope-cli: trains, samples and measures the models of Diffuscope.
#include "app/cli/commands.h"
#include "app/cli/verify_command.h"
#include "core/registry/error.h"

#include <exception>
#include <iostream>
#include <new>
#include <string>

namespace {

int report(const std::string& message, const std::string& hint = {})
{
    std::cerr << "diffuscope-cli: " << message << (hint.empty() ? "" : " ") << hint << "\n";
    return 1;
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App program("Trains, samples and measures the models of Diffuscope.", "diffuscope-cli");
    program.require_subcommand(1);
    diffuscope::cli::addTrainCommand(program);
    diffuscope::cli::addExportCommand(program);
    diffuscope::cli::addSampleCommand(program);
    diffuscope::cli::addEvaluateCommand(program);
    diffuscope::cli::addModelsCommand(program);
    diffuscope::cli::addInspectCommand(program);
    diffuscope::cli::addVerifyCommand(program);
    try {
        program.parse(argc, argv);
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
