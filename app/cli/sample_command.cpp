// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/edit_arguments.h"
#include "app/cli/interruption.h"
#include "app/cli/point_run.h"
#include "app/cli/progress_line.h"
#include "app/cli/recipe_arguments.h"
#include "app/cli/standard_output.h"
#include "app/cli/started_run.h"
#include "core/base/error.h"
#include "core/exports/picture.h"
#include "core/model/catalog.h"
#include "core/model/exact/data_sets.h"
#include "core/model/model.h"
#include "core/model/model_loader.h"
#include "core/model/safetensors.h"
#include "core/model/step_lengths.h"
#include "core/schedule/schedule_registry.h"
#include "core/train/data/image_sheet.h"

#include <cmath>
#include <cstdio>
#include <memory>

namespace diffuscope::cli {
namespace {

struct SampleArguments
{
    RecipeArguments recipe;
    std::string sheet;
    std::string tensors;
    std::string points;
    std::string startPoints;
    bool frames = false;
};

/// What is kept of a run: the state and the estimate of each frame, [N, C, H, W], and the result alone.
struct Recording
{
    std::vector<torch::Tensor> xt;
    std::vector<torch::Tensor> x0Hat;
    torch::Tensor images;
    torch::Tensor latents;  ///< of a model of latents: what `images` were decoded from
};

torch::Tensor toTensor(const record::ImageBatch& batch)
{
    const auto& shape = batch.shape;
    return torch::tensor(torch::ArrayRef<float>(batch.values))
        .view({shape.batch, shape.channels, shape.height, shape.width});
}

/// Of a branch with the frames before it, which are those of the run that it leaves.
Recording record(run::Run& run, bool keepFrames)
{
    const int steps = run.grid().steps();
    Recording recording;
    ProgressLine line;
    record::FramePtr last;
    const auto keep = [&](const record::Frame& frame) {
        if (keepFrames) {
            recording.xt.push_back(toTensor(frame.layer(record::Layer::xt)));
            recording.x0Hat.push_back(toTensor(frame.layer(record::Layer::x0Hat)));
        }
    };
    for (const auto& frame : run.framesBefore())
        keep(*frame);
    while (const auto frame = run.advance({})) {
        if (isInterrupted())
            throw CLI::RuntimeError(interruptedExit);
        keep(*frame);
        if (line.isDue() && frame->index < steps)
            line.show("step " + std::to_string(frame->index + 1) + "/" + std::to_string(steps));
        last = frame;
    }
    recording.images = toTensor(last->layer(record::Layer::xt));
    line.finish(std::to_string(steps) + " steps, " + std::to_string(last->totalEvaluations) + " evaluations");
    return recording;
}

void writeTensors(const std::string& path, const Recording& recording, const recipe::RunPlan& plan)
{
    std::vector<std::pair<std::string, torch::Tensor>> tensors = {{"images", recording.images}};
    if (recording.latents.defined())
        tensors.emplace_back("latents", recording.latents);
    if (!recording.xt.empty()) {
        tensors.emplace_back("x_t", torch::stack(recording.xt));
        tensors.emplace_back("x0_hat", torch::stack(recording.x0Hat));
    }
    model::writeSafetensors(path, tensors, {{"format", "pt"}, {"recipe", recipe::toJson(plan)}});
}

/// Brings the result into the range of pictures, and decodes latents.
void finish(Recording& recording, const std::string& name)
{
    const auto entry = model::findModel(model::modelFolders(), name);
    if (entry.card->space.kind == model::SampleKind::latent) {
        const auto model = model::loadModel(entry.source);
        recording.latents = recording.images;
        recording.images = model->decoder()->decode(recording.latents, {});
    }
    recording.images = recording.images.clamp(-1.0, 1.0);
}

/// Allowed, but worth a word: a student has learned some lengths of steps, and guesses at others.
void tellOfUntrainedSteps(const run::Run& run, const std::string& name)
{
    const auto entry = model::findModel(model::modelFolders(), name);
    if (!model::readsStep(*entry.card))
        return;
    const int levels = schedule::makeSchedule(entry.card->schedule).levels();
    if (!model::StepLengths(run.grid(), levels).areTrained(model::learnedLengths))
        std::fprintf(
            stderr,
            "The model \"%s\" was trained for 1, 2, 4, 8, 16, 32 or 64 steps of a grid from noise to "
            "picture (--grid trailing); it is asked for others.\n",
            name.c_str());
}

/// An empty prompt is no mistake, but worth a word.
void tellOfEmptyPrompt(const recipe::Recipe& recipe)
{
    const auto model = model::findModel(model::modelFolders(), recipe.model);
    const recipe::TextCondition& text = recipe.condition.text;
    if (model.card->readsText() && text.isNone()) {
        std::fprintf(stderr, "Without a prompt the images are unconditional%s.\n",
                     text.negative.empty() ? "" : ", led away from the negative prompt");
    }
}

void runPoints(const SampleArguments& arguments)
{
    if (!arguments.sheet.empty())
        throw Error(ErrorCode::invalidOption, "Points make no sheet of images.",
                    "Give --tensors or --points.");
    if (arguments.tensors.empty() && arguments.points.empty())
        throw Error(ErrorCode::invalidOption, "There is nowhere to write the points to.",
                    "Give --tensors run.safetensors, --points points.csv, or both.");
    const std::string& precision = arguments.recipe.precision;
    if (precision != "float64" && precision != "float32")
        throw Error(ErrorCode::invalidOption, "Points are computed in float64, and written so or as float32.",
                    "Give --precision float64.");
    samplePoints({.recipe = recipeOf(arguments.recipe, {}),
                  .tensors = arguments.tensors,
                  .csv = arguments.points,
                  .start = arguments.startPoints,
                  .frames = arguments.frames,
                  .isDouble = precision == "float64",
                  .threads = arguments.recipe.threads});
}

/// The model that the flags or the recipe name.
std::string modelOf(const RecipeArguments& arguments)
{
    return arguments.model || arguments.file.empty() ? arguments.model.value_or("")
                                                     : planOf(arguments, {}).recipe.model;
}

void runSampling(SampleArguments& arguments)
{
    if (model::isExactName(modelOf(arguments.recipe))) {
        runPoints(arguments);
        return;
    }
    if (!arguments.startPoints.empty() || !arguments.points.empty())
        throw Error(ErrorCode::invalidOption, "--start-points and --points are for models of points.",
                    "Give --model exact:NAME.");
    if (arguments.sheet.empty() && arguments.tensors.empty()) {
        throw Error(ErrorCode::invalidOption, "There is nowhere to write the images to.",
                    "Give --out sheet.png, --tensors run.safetensors, or both.");
    }
    arguments.sheet = outputTarget(arguments.sheet);
    arguments.tensors = outputTarget(arguments.tensors);
    const recipe::RunPlan plan = planOf(arguments.recipe, {});
    tellOfEmptyPrompt(plan.recipe);
    watchForInterruption();
    run::ModelRunFactory factory(model::modelFolders(), limitsOf(arguments.recipe));
    const auto run = startedRun(factory, plan);
    printComputation(factory.computation(), arguments.recipe.precision);
    tellOfUntrainedSteps(*run, plan.recipe.model);
    const std::string before = run->remark();
    Recording recording = record(*run, arguments.frames);
    if (const std::string after = run->remark(); after != before)
        std::printf("note: %s\n", after.c_str());
    finish(recording, plan.recipe.model);
    if (!arguments.sheet.empty()) {
        const int columns = static_cast<int>(std::ceil(std::sqrt(static_cast<double>(plan.recipe.batch))));
        const train::ImageSheet sheet = train::imageSheet(recording.images, columns);
        exports::writePicture(arguments.sheet,
                              {sheet.pixels.data(), sheet.width, sheet.height, sheet.channels}, plan,
                              picturesOf(arguments.recipe.edit, plan.recipe));
        writeRecipeBeside(arguments.sheet, plan);
    }
    if (!arguments.tensors.empty()) {
        writeTensors(arguments.tensors, recording, plan);
        writeRecipeBeside(arguments.tensors, plan);
    }
}

}  // namespace

void addSampleCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("sample", "Generate images with a model");
    auto arguments = std::make_shared<SampleArguments>();
    addRecipeFlags(*command, arguments->recipe, {});
    addRunFlags(*command, arguments->recipe, {});
    addEditFlags(*command, arguments->recipe);
    command
        ->add_option("--out", arguments->sheet,
                     "PNG sheet to write, with its recipe in it and in NAME.recipe.json")
        ->type_name("FILE.png");
    command
        ->add_option(
            "--tensors", arguments->tensors,
            "Safetensors file to write: images [N, C, H, W] in [-1, 1], and the latents of a model that has "
            "them, or samples [N, d] of points; its recipe goes beside it")
        ->type_name("FILE");
    command
        ->add_option("--points", arguments->points, "CSV file to write the samples of a model of points to")
        ->type_name("FILE.csv");
    command
        ->add_option("--start-points", arguments->startPoints,
                     "Start a model of points at these x_T, columns x or x,y, in the place of noise")
        ->type_name("FILE.csv");
    command->add_flag("--frames", arguments->frames, "Also write x_t and x0_hat, [frames, N, C, H, W]");
    command->footer(
        "\"diffuscope-cli samplers\", schedules, grids, guidance and clipping list the names and options.");
    command->callback([arguments] { runSampling(*arguments); });
}

}  // namespace diffuscope::cli
