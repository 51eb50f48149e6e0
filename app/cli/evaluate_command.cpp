#include "app/cli/commands.h"
#include "app/cli/data_folder.h"
#include "app/cli/progress_line.h"
#include "app/cli/registry_view.h"
#include "core/catalog/catalog.h"
#include "core/measure/evaluation.h"
#include "core/network/checkpoint.h"
#include "core/network/compute_threads.h"
#include "core/schedule/schedule_registry.h"
#include "core/train/export_model.h"
#include "core/train/labelled_tensors.h"
#include "core/train/precision.h"

#include <cstdio>
#include <memory>
#include <thread>

namespace diffuscope::cli {
namespace {

struct EvaluateArguments
{
    std::string model;
    std::string data;
    std::string classifier;
    std::string precision = "float32";
    std::string sampler = "ddim";
    std::string grid = "leading";
    measure::EvaluationRequest request;
    bool write = false;
};

void print(const measure::Evaluation& evaluation, const std::vector<std::string>& classNames)
{
    const auto& quality = evaluation.quality;
    std::printf("classifier accuracy on the test set  %.2f %%\n", 100 * quality.classifierAccuracy);
    std::printf("class agreement                      %.2f %%\n", 100 * quality.classAgreement);
    for (size_t label = 0; label < evaluation.classAgreement.size() && label < classNames.size(); ++label) {
        std::printf("  %-34s %.1f %%\n", classNames[label].c_str(), 100 * evaluation.classAgreement[label]);
    }
    std::printf("Frechet distance to the test set     %.4f\n", quality.frechetDistance);
    std::printf("the same for training images         %.4f\n", quality.frechetFloor);
    std::printf("ratio                                %.2f\n",
                quality.frechetDistance / quality.frechetFloor);
}

void runEvaluation(EvaluateArguments arguments)
{
    network::setUpComputeThreads(1);
    const std::string folder = catalog::findModel(catalog::modelFolders(), arguments.model).folder.string();
    auto model = network::loadModel(folder);
    if (arguments.data.empty()) {
        arguments.data = findDataFolder(model.card.name);
    }
    const auto classifierFolder =
        arguments.classifier.empty() ? folder + "/classifier" : arguments.classifier;
    auto classifier = network::loadClassifier(classifierFolder);
    model.net->setConvolutionPrecision(train::choosePrecision(arguments.precision, torch::kCPU));
    const measure::GeneratingNetwork network{model.net, denoise::predictionTarget(model.card.target),
                                             schedule::makeSchedule(model.card.schedule)};
    ProgressLine line;
    auto& generation = arguments.request.generation;
    const auto sampler = chosenEntry(registry::EntryKind::sampler, arguments.sampler);
    generation.sampler = {sampler.id, sampler.options};
    const auto grid = chosenEntry(registry::EntryKind::grid, arguments.grid);
    generation.grid = {grid.id, grid.options};
    generation.workers = static_cast<int>(std::thread::hardware_concurrency());
    generation.onProgress = [&](int done) {
        if (line.isDue()) {
            line.show("generated " + std::to_string(done) + " of " +
                      std::to_string(arguments.request.images));
        }
    };
    const auto train = train::toTensors(train::readIdxFolder(arguments.data, "train"));
    const auto test = train::toTensors(train::readIdxFolder(arguments.data, "t10k"));
    const auto evaluation = measure::evaluate(network, classifier, train, test, arguments.request);
    line.finish("generated " + std::to_string(arguments.request.images) + " images");
    print(evaluation, model.card.classNames);
    if (arguments.write) {
        model.card.quality = evaluation.quality;
        network::writeModelCard(folder, model.card);
        train::writeModelReadme(folder, model.card);
    }
}

}  // namespace

void addEvaluateCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("evaluate", "Measure a model's images with a classifier");
    auto arguments = std::make_shared<EvaluateArguments>();
    auto& generation = arguments->request.generation;
    generation.guidance = 1.5;
    command->add_option("--model", arguments->model, "Name of a model, or its folder")->required();
    command->add_option("--data", arguments->data,
                        "Folder of its IDX data set; default: ../shared/data/NAME");
    command->add_option("--classifier", arguments->classifier, "Folder of classifier.safetensors");
    command->add_option("--images", arguments->request.images, "Images to generate")->capture_default_str();
    command->add_option("--sampler", arguments->sampler, "Sampler, NAME[:OPTION=VALUE,...]")
        ->capture_default_str();
    command->add_option("--grid", arguments->grid, "Time grid, NAME[:OPTION=VALUE,...]")
        ->capture_default_str();
    command->add_option("--steps", generation.steps, "Steps")->capture_default_str();
    command->add_option("--guidance", generation.guidance, "Guidance scale")->capture_default_str();
    command->add_option("--seed", generation.seed, "Seed")->capture_default_str();
    command->add_option("--precision", arguments->precision, "Of convolutions: auto, float32 or bfloat16")
        ->check(CLI::IsMember({"auto", "float32", "bfloat16"}))
        ->capture_default_str();
    command->add_flag("--write", arguments->write, "Write the figures into model.json and README.md");
    command->callback([arguments] { runEvaluation(*arguments); });
}

}  // namespace diffuscope::cli
