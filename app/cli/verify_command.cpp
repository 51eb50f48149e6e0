// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/verify_command.h"

#include "core/base/error.h"
#include "core/verify/reference_runner.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace diffuscope::cli {
namespace {

using verify::ReferenceReport;

struct Count
{
    int cases = 0;
    int ok = 0;
    int notSupported = 0;
    int unreadable = 0;

    bool allHold() const { return cases > 0 && ok == cases && unreadable == 0; }
};

void sayUnreadable(const Error& error, Count& count)
{
    ++count.unreadable;
    std::fprintf(stderr, "diffuscope-cli: %s\n", error.what());
}

void verify(const std::string& path, Count& count)
{
    for (const auto& file : verify::referenceFiles(path)) {
        try {
            verify::verifyFile(file, [&](const ReferenceReport& report) {
                ++count.cases;
                count.ok += report.outcome == ReferenceReport::Outcome::ok ? 1 : 0;
                count.notSupported += report.outcome == ReferenceReport::Outcome::notSupported ? 1 : 0;
                std::printf("%s\n", verify::reportLine(report).c_str());
                std::fflush(stdout);
            });
        } catch (const Error& error) {
            sayUnreadable(error, count);
        }
    }
}

void verifyAll(const std::vector<std::string>& paths)
{
    Count count;
    for (const auto& path : paths) {
        try {
            verify(path, count);
        } catch (const Error& error) {
            sayUnreadable(error, count);
        }
    }
    std::printf("%d cases: %d ok, %d not ok, %d not supported", count.cases, count.ok,
                count.cases - count.ok - count.notSupported, count.notSupported);
    if (count.unreadable > 0)
        std::printf("; %d not readable", count.unreadable);
    std::printf("\n");
    if (!count.allHold())
        throw CLI::RuntimeError(1);
}

}  // namespace

void addVerifyCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("verify", "Hold the program against reference trajectories");
    auto paths = std::make_shared<std::vector<std::string>>();
    command->add_option("paths", *paths, "Files (.json, .json.gz) or folders of reference trajectories")
        ->required();
    command->callback([paths] { verifyAll(*paths); });
}

}  // namespace diffuscope::cli
