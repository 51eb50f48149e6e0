// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "core/base/error.h"
#include "core/model/catalog.h"
#include "core/model/text/text_quality_summary.h"

#include <cstdio>

namespace diffuscope::cli {
namespace {

void print(const model::ModelCard& card)
{
    std::printf("%-21s %s. %s\n", card.name.c_str(), card.title.c_str(), architectureSummary(card).c_str());
    if (card.textQuality)
        std::printf("                      %s\n", model::summary(*card.textQuality).c_str());
    if (card.quality) {
        std::printf("%-21s class agreement %.1f %%, Frechet distance %.3f (floor %.3f)\n", "",
                    100 * card.quality->classAgreement, card.quality->frechetDistance,
                    card.quality->frechetFloor);
    }
}

void listModels()
{
    auto models = model::findModels(model::modelFolders());
    if (models.empty()) {
        throw Error(ErrorCode::missingFile, "No models were found.",
                    "Run this in a checkout, or set DIFFUSCOPE_MODELS to the folder of the models.");
    }
    for (model::Entry& entry : model::offeredModels())
        models.push_back(std::move(entry));
    bool allUsable = true;
    for (const auto& model : models) {
        if (model.isUsable()) {
            print(*model.card);
            if (model.hasNoiseClassifier) {
                std::printf("%-21s with a noise-aware classifier, for the guidance rule \"classifier\"\n",
                            "");
            }
        } else {
            std::fprintf(stderr, "diffuscope-cli: %s\n", model.problem.c_str());
            allUsable = false;
        }
    }
    if (!allUsable)
        throw CLI::RuntimeError(1);
}

}  // namespace

void addModelsCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("models", "List the models that are there");
    command->callback([] { listModels(); });
}

}  // namespace diffuscope::cli
