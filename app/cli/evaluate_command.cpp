// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/progress_line.h"
#include "app/cli/registry_view.h"
#include "core/base/error.h"
#include "core/inference/compute_threads.h"
#include "core/inference/device.h"
#include "core/measure/evaluation.h"
#include "core/model/catalog.h"
#include "core/model/checkpoint.h"
#include "core/model/model.h"
#include "core/model/usual_settings.h"
#include "core/recipe/sampler_spec.h"
#include "core/train/data/labelled_tensors.h"
#include "core/train/loop/export_model.h"
#include "core/train/tasks/text_evaluation.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <thread>

namespace diffuscope::cli {
namespace {

struct EvaluateArguments
{
    std::string model;
    std::string data;
    std::string classifier;
    std::string device = "auto";
    std::string precision = "float32";
    std::string sampler = recipe::SamplerSpec().id;
    std::string grid;  ///< empty for the model's usual one
    measure::EvaluationRequest request;
    std::vector<double> scales;  ///< of a model with text
    bool hasImages = false;      ///< the number of images was given
    bool hasSteps = false;
    std::vector<int> bySteps;  ///< numbers of steps to measure one after the other
    bool write = false;
};

/// "1.5", "0.25": as short as it can be read back.
std::string numberText(double number)
{
    char text[32];
    std::snprintf(text, sizeof text, "%g", number);
    return text;
}

/// The parts of a text between "; ".
std::vector<std::string> listOf(const std::string& text)
{
    std::vector<std::string> parts;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find("; ", begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 2;
    }
    return parts;
}

void print(const train::TextEvaluation& evaluation, const std::vector<std::string>& pairs)
{
    const auto& quality = evaluation.quality;
    const auto line = [](const std::string& name, double first, const std::vector<double>& shares) {
        std::printf("%-44s %7.2f %%", name.c_str(), 100 * first);
        for (const double share : shares)
            std::printf("  %7.2f %%", 100 * share);
        std::printf("\n");
    };
    std::printf("%-44s %9s", "named in the prompt, seen in the image", "judge");
    for (const double guidance : quality.guidance)
        std::printf("  guided %g", guidance);
    std::printf("\n");
    for (const auto& attribute : quality.attributes)
        line("  " + attribute.name, attribute.classifierAccuracy, attribute.agreement);
    line("  both of a held-out pair", quality.heldOutClassifierAccuracy, quality.heldOutAgreement);
    for (size_t k = 0; k < pairs.size(); ++k)
        line("    " + pairs[k], quality.heldOutClassifierAccuracy, evaluation.byPair[k]);
    std::printf("not named, and there all the same (beside its share in the data)\n");
    for (const auto& entry : evaluation.uncalled)
        line("  " + entry.name, entry.shareInData, entry.share);
}

void setSampling(EvaluateArguments& arguments, const model::ModelCard& card,
                 measure::GenerationRequest& generation)
{
    const model::UsualSettings usual = model::usualSettings(card);
    if (!arguments.hasSteps && model::isGenerator(card))
        generation.steps = usual.steps;
    const auto sampler = chosenEntry(base::EntryKind::sampler, arguments.sampler);
    generation.sampler = {sampler.id, sampler.options};
    const auto grid =
        chosenEntry(base::EntryKind::grid, arguments.grid.empty() ? usual.grid : arguments.grid);
    generation.grid = {grid.id, grid.options};
    const bool isOnProcessor = inference::deviceNamed(arguments.device).is_cpu();
    generation.workers = isOnProcessor ? static_cast<int>(std::thread::hardware_concurrency()) : 1;
}

void prepare(model::Model& model, model::Classifier& judge, const EvaluateArguments& arguments)
{
    const torch::Device device = inference::deviceNamed(arguments.device);
    model.to(device);
    model.compile(1, arguments.precision);  // leaves it in that precision
    judge->to(device);
}

void runTextEvaluation(EvaluateArguments& arguments, const std::string& folder,
                       const std::shared_ptr<model::Model>& model)
{
    auto classifier = model::loadAttributeClassifier(arguments.classifier.empty() ? folder + "/classifier"
                                                                                  : arguments.classifier);
    prepare(*model, classifier.net, arguments);
    constexpr int usualImages = 2000, usualSteps = 25;
    ProgressLine line;
    train::TextEvaluationRequest request;
    request.images = arguments.hasImages ? arguments.request.images : usualImages;
    request.heldOutImages = std::max(1, request.images / 4);
    if (!arguments.scales.empty())
        request.guidance = arguments.scales;
    model::ModelCard card = model->card();
    if (const auto pairs = card.training.find("held_out"); pairs != card.training.end())
        request.heldOut = listOf(pairs->second);
    request.generation = arguments.request.generation;
    request.generation.steps = arguments.hasSteps ? request.generation.steps : usualSteps;
    setSampling(arguments, card, request.generation);
    request.onProgress = [&line](const std::string& text) {
        if (line.isDue())
            line.show(text);
    };
    const auto images = train::readCaptionedFolder(arguments.data);
    const auto evaluation = train::evaluateText(model, classifier, images, request);
    line.finish(std::to_string(request.images) + " images at each guidance scale");
    print(evaluation, request.heldOut);
    if (arguments.write) {
        card.textQuality = evaluation.quality;
        model::writeModelCard(folder, card);
        train::writeModelReadme(folder, card);
    }
}

void print(const measure::Evaluation& evaluation, const std::vector<std::string>& classNames)
{
    const auto& quality = evaluation.quality;
    std::printf("classifier accuracy on the test set  %.2f %%\n", 100 * quality.classifierAccuracy);
    std::printf("class agreement                      %.2f %%\n", 100 * quality.classAgreement);
    for (size_t label = 0; label < evaluation.classAgreement.size() && label < classNames.size(); ++label)
        std::printf("  %-34s %.1f %%\n", classNames[label].c_str(), 100 * evaluation.classAgreement[label]);
    std::printf("Frechet distance to the test set     %.4f\n", quality.frechetDistance);
    std::printf("the same for training images         %.4f\n", quality.frechetFloor);
    std::printf("ratio                                %.2f\n",
                quality.frechetDistance / quality.frechetFloor);
    std::printf("precision, share that looks real     %.2f %%\n", 100 * evaluation.variety.precision);
    std::printf("recall, share of the data covered    %.2f %%\n", 100 * evaluation.variety.recall);
    std::printf("time                                 %.2f ms an image\n", evaluation.msPerImage);
}

/// One line for each number of steps.
void printBySteps(const std::vector<int>& bySteps, const std::function<measure::Evaluation(int)>& evaluated)
{
    std::printf("%6s  %10s  %9s  %7s  %9s  %8s  %12s\n", "steps", "agreement", "Frechet", "ratio",
                "precision", "recall", "ms an image");
    for (const int steps : bySteps) {
        const auto evaluation = evaluated(steps);
        const auto& quality = evaluation.quality;
        std::printf("%6d  %8.2f %%  %9.4f  %7.2f  %7.2f %%  %6.2f %%  %12.2f\n", steps,
                    100 * quality.classAgreement, quality.frechetDistance,
                    quality.frechetDistance / quality.frechetFloor, 100 * evaluation.variety.precision,
                    100 * evaluation.variety.recall, evaluation.msPerImage);
    }
}

/// One column a guidance scale.
void print(const std::vector<measure::Evaluation>& evaluations, const std::vector<double>& scales,
           const std::vector<std::string>& classNames)
{
    const auto line = [&](const std::string& name, const char* format, const auto& figure) {
        std::printf("%-36s", name.c_str());
        for (const measure::Evaluation& evaluation : evaluations)
            std::printf(format, figure(evaluation));
        std::printf("\n");
    };
    std::printf("classifier accuracy on the test set  %.2f %%\n",
                100 * evaluations.front().quality.classifierAccuracy);
    std::printf("%-36s", "guidance");
    for (const double scale : scales)
        std::printf(" %10s", numberText(scale).c_str());
    std::printf("\n");
    line("class agreement, %", " %10.2f", [](const auto& of) { return 100 * of.quality.classAgreement; });
    for (size_t label = 0; label < classNames.size(); ++label)
        line("  " + classNames[label], " %10.1f", [label](const auto& of) {
            return label < of.classAgreement.size() ? 100 * of.classAgreement[label] : 0;
        });
    line("Frechet distance to the test set", " %10.4f",
         [](const auto& of) { return of.quality.frechetDistance; });
    line("ratio to that of training images", " %10.2f",
         [](const auto& of) { return of.quality.frechetDistance / of.quality.frechetFloor; });
}

void runEvaluation(EvaluateArguments arguments)
{
    inference::setUpComputeThreads(1);
    const std::string folder = model::findModel(model::modelFolders(), arguments.model).folder.string();
    const std::shared_ptr<model::Model> model = model::loadModel(folder);
    if (model->card().readsText()) {
        runTextEvaluation(arguments, folder, model);
        return;
    }
    const auto classifierFolder =
        arguments.classifier.empty() ? folder + "/classifier" : arguments.classifier;
    auto classifier = model::loadClassifier(classifierFolder);
    prepare(*model, classifier, arguments);
    const measure::GeneratingNetwork network = measure::generatingNetwork(model);
    ProgressLine line;
    auto& generation = arguments.request.generation;
    const std::vector<double> scales =
        arguments.scales.empty() ? std::vector<double>{generation.guidance} : arguments.scales;
    if (arguments.write && scales.size() > 1)
        throw Error(ErrorCode::invalidOption,
                    "--write keeps the figures of one guidance scale, but --guidance names " +
                        std::to_string(scales.size()) + ".",
                    "Leave --write out, or name one scale.");
    setSampling(arguments, model->card(), generation);
    generation.onProgress = [&](int done) {
        if (line.isDue())
            line.show("generated " + std::to_string(done) + " of " +
                      std::to_string(arguments.request.images));
    };
    const auto train = train::toTensors(train::readIdxFolder(arguments.data, "train"));
    const auto test = train::toTensors(train::readIdxFolder(arguments.data, "t10k"));
    if (!arguments.bySteps.empty()) {
        if (scales.size() > 1)
            throw Error(ErrorCode::invalidOption,
                        "--by-steps measures one guidance scale, but --guidance names more.",
                        "Name one scale.");
        generation.guidance = scales.front();
        printBySteps(arguments.bySteps, [&](int steps) {
            generation.steps = steps;
            const auto evaluation = measure::evaluate(network, classifier, train, test, arguments.request);
            line.finish(std::to_string(steps) + " steps");
            return evaluation;
        });
        return;
    }
    model::ModelCard card = model->card();
    std::vector<measure::Evaluation> measured;
    for (const double scale : scales) {
        generation.guidance = scale;
        measured.push_back(measure::evaluate(network, classifier, train, test, arguments.request));
        line.finish("generated " + std::to_string(arguments.request.images) + " images at guidance " +
                    numberText(scale));
    }
    if (scales.size() == 1)
        print(measured.front(), card.classNames);
    else
        print(measured, scales, card.classNames);
    if (arguments.write) {
        card.quality = measured.front().quality;
        model::writeModelCard(folder, card);
        train::writeModelReadme(folder, card);
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
    command->add_option("--data", arguments->data, "Folder of the data set it was trained on")->required();
    command->add_option("--classifier", arguments->classifier, "Folder of classifier.safetensors");
    auto* images = command->add_option("--images", arguments->request.images, "Images to generate")
                       ->capture_default_str();
    command->add_option("--sampler", arguments->sampler, "Sampler, NAME[:OPTION=VALUE,...]")
        ->capture_default_str();
    command->add_option("--grid", arguments->grid, "Time grid, NAME[:OPTION=VALUE,...]")
        ->default_str("the one that suits the model");
    auto* steps = command->add_option("--steps", generation.steps, "Steps")->capture_default_str();
    command
        ->add_option("--guidance", arguments->scales,
                     "Guidance scales, each is measured (0 1 3 8 or 0,1,3,8); of a model that reads text "
                     "usually 1,3,5")
        ->delimiter(',')
        ->default_str("1.5");
    command->add_option("--seed", generation.seed, "Seed")->capture_default_str();
    command->add_option("--device", arguments->device, "auto, cpu or cuda")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
        ->capture_default_str();
    command->add_option("--precision", arguments->precision, "Of convolutions: auto, float32 or bfloat16")
        ->check(CLI::IsMember({"auto", "float32", "bfloat16"}))
        ->capture_default_str();
    command
        ->add_option("--by-steps", arguments->bySteps,
                     "Measure each of these numbers of steps, as 1,2,4,8; a line each, nothing is written")
        ->delimiter(',')
        ->check(CLI::PositiveNumber);
    command->add_flag("--write", arguments->write, "Write the figures into model.json and README.md");
    command->callback([arguments, images, steps] {
        arguments->hasImages = images->count() > 0;
        arguments->hasSteps = steps->count() > 0;
        runEvaluation(*arguments);
    });
}

}  // namespace diffuscope::cli
