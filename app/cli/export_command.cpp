// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "core/inference/compute_threads.h"
#include "core/measure/generation.h"
#include "core/model/step_lengths.h"
#include "core/model/usual_settings.h"
#include "core/schedule/schedule_registry.h"
#include "core/train/data/image_sheet.h"
#include "core/train/loop/export_model.h"
#include "core/train/loop/export_noise_classifier.h"
#include "core/train/loop/training_loop.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

namespace diffuscope::cli {
namespace {

/// As the model is best sampled: a generator or a student in the few steps that it is for, a flow from pure
/// noise on, with the guidance of its card.
void suit(measure::GenerationRequest& request, const model::ModelCard& card, int levels)
{
    const model::UsualSettings usual = model::usualSettings(card);
    request.grid = {usual.grid, {}};
    if (model::isGenerator(card) || model::readsStep(card))
        request.steps = usual.steps;
    if (card.guidance > 0)
        request.guidance = card.guidance;
    request.steps = std::min(request.steps, levels);
}

constexpr int sheetRows = 8;
constexpr double sheetGuidance = 1.5;
constexpr int promptColumns = 12;
constexpr double promptGuidance = 3;

struct ExportArguments
{
    std::string run;
    std::string out;
    std::string name;
    std::optional<double> ema;
};

// The picture of a text model's card: a row a prompt.
void writePromptSheet(const std::string& folder, const std::shared_ptr<model::Model>& model)
{
    const auto prompts = train::sheetPrompts(model->card());
    measure::GenerationRequest request;
    for (size_t k = 0; k < prompts.size() * promptColumns; ++k)
        request.classes.push_back(static_cast<int>(k / promptColumns));
    request.guidance = promptGuidance;
    request.batch = promptColumns * 2;
    request.workers = static_cast<int>(std::thread::hardware_concurrency());
    measure::GeneratingNetwork network = measure::generatingNetwork(model);
    network.texts = measure::textsOf(*model, prompts);
    suit(request, model->card(), network.schedule.levels());
    train::writeImageSheet(folder + "/sheet.png", measure::generate(network, request), promptColumns, 3);
}

// The picture of the model's card: a row a sample, a column a class.
void writeSheet(const std::string& folder)
{
    const std::shared_ptr<model::Model> model = model::loadModel(folder);
    if (model->card().readsText()) {
        writePromptSheet(folder, model);
        return;
    }
    const int known = int(model->card().classNames.size());
    const int classes = std::max(1, known);
    measure::GenerationRequest request;
    for (int k = 0; k < sheetRows * classes; ++k)
        request.classes.push_back(known > 0 ? k % classes : -1);
    request.guidance = sheetGuidance;
    request.batch = classes * 2;
    request.workers = static_cast<int>(std::thread::hardware_concurrency());
    const measure::GeneratingNetwork network = measure::generatingNetwork(model);
    suit(request, model->card(), network.schedule.levels());
    train::writeImageSheet(folder + "/sheet.png", measure::generate(network, request), classes);
}

void runExport(const ExportArguments& arguments)
{
    inference::setUpComputeThreads(1);
    const auto options = train::readCheckpointOptions(arguments.run);
    if (options.task == "noise-classifier") {
        const auto card = train::exportNoiseClassifier(arguments.run, arguments.out);
        std::printf("%s: noise-aware classifier of %d classes\n",
                    model::noiseClassifierFolder(arguments.out).c_str(), card.classes);
        return;
    }
    const auto folderName = std::filesystem::path(arguments.out).lexically_normal().filename().string();
    const auto name = arguments.name.empty() ? folderName : arguments.name;
    const auto naming = train::namingFor(name, options.network.classes);
    const auto card = train::exportModel(arguments.run, arguments.out, naming, arguments.ema);
    writeSheet(arguments.out);
    train::writeModelReadme(arguments.out, card);
    std::printf("%s: %s (%s)\n", arguments.out.c_str(), card.title.c_str(),
                architectureSummary(card).c_str());
}

}  // namespace

void addExportCommand(CLI::App& program)
{
    auto* command =
        program.add_subcommand("export", "Make a model of a training, or give one its classifier");
    auto arguments = std::make_shared<ExportArguments>();
    command->add_option("--run", arguments->run, "Folder of the training (--out of train)")->required();
    command->add_option("--out", arguments->out, "Model folder to write, e.g. models/mnist")->required();
    command->add_option("--name", arguments->name, "Name of the model; default: the folder's");
    command->add_option("--ema", arguments->ema,
                        "Decay of the average to take, of those that --ema-also kept");
    command->callback([arguments] { runExport(*arguments); });
}

}  // namespace diffuscope::cli
