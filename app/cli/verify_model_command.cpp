// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/verify_command.h"
#include "core/base/error.h"
#include "core/verify/model_cases.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace diffuscope::cli {
namespace {

void verifyModels(const std::vector<std::string>& paths)
{
    int cases = 0;
    int holding = 0;
    int refused = 0;
    for (const auto& path : paths)
        for (const auto& folder : verify::goldenFolders(path))
            verify::verifyModelFolder(folder, [&](const verify::ModelReport& report) {
                ++cases;
                holding += report.holds ? 1 : 0;
                refused += report.isRefused ? 1 : 0;
                std::printf("%s\n", verify::reportLine(report).c_str());
                std::fflush(stdout);
            });
    std::printf("%d cases: %d ok, %d not ok", cases, holding, cases - holding - refused);
    if (refused > 0)
        std::printf(", %d refused", refused);
    std::printf("\n");
    if (cases == 0 || holding != cases)
        throw CLI::RuntimeError(1);
}

}  // namespace

void addVerifyModelCommand(CLI::App& program)
{
    auto* command =
        program.add_subcommand("verify-model", "Hold models of other programs against their golden values");
    auto paths = std::make_shared<std::vector<std::string>>();
    command->add_option("folders", *paths, "Folders of models with golden values, or folders of such folders")
        ->required();
    command->callback([paths] { verifyModels(*paths); });
}

}  // namespace diffuscope::cli
