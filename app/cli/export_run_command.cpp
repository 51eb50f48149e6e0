// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/progress_line.h"
#include "app/cli/recipe_arguments.h"
#include "app/cli/standard_output.h"
#include "app/cli/started_run.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/explain/plan_facts.h"
#include "core/exports/export_run.h"
#include "core/model/catalog.h"

#include <cmath>
#include <cstdio>
#include <memory>
#include <utility>

namespace diffuscope::cli {
namespace {

using exports::ExportKind;

struct ExportRunArguments
{
    RecipeArguments recipe;
    std::vector<std::string> others;  ///< recipes to compare with
    std::string filmStrip, comparison, animation, plots, table, schedule, tensors;
    std::string layer = "x_t";
    exports::ExportOptions options;
};

/// What was asked for: each kind with its file.
std::vector<std::pair<ExportKind, std::string>> askedExports(const ExportRunArguments& arguments)
{
    std::vector<std::pair<ExportKind, std::string>> asked;
    const auto add = [&](ExportKind kind, const std::string& file) {
        if (file.empty())
            return;
        const bool nameSaysFormat = kind == ExportKind::animation || kind == ExportKind::plots;
        if (nameSaysFormat && (file == "-" || base::isStream(file))) {
            throw Error(ErrorCode::invalidOption,
                        "\"" + file + "\" does not say in which format to write there.",
                        "Name a file whose ending does.");
        }
        asked.emplace_back(kind, outputTarget(file));
    };
    add(ExportKind::filmStrip, arguments.filmStrip);
    add(ExportKind::comparison, arguments.comparison);
    add(ExportKind::animation, arguments.animation);
    add(ExportKind::plots, arguments.plots);
    add(ExportKind::stepTable, arguments.table);
    add(ExportKind::scheduleTable, arguments.schedule);
    add(ExportKind::tensors, arguments.tensors);
    if (asked.empty()) {
        throw Error(
            ErrorCode::invalidOption, "There is nothing to export.",
            "Name a file: --film-strip strip.png, --animation run.gif, --plots run.svg, --table run.csv, "
            "--schedule-table schedule.csv, --tensors run.npz or --comparison sheet.png.");
    }
    return asked;
}

exports::ExportedRun recordedRun(run::RunFactory& factory, const recipe::RunPlan& plan)
{
    const auto run = startedRun(factory, plan);
    auto trajectory = std::make_shared<record::Trajectory>();
    trajectory->frames = run->framesBefore();
    trajectory->plannedFrames = run->grid().steps() + 1;
    trajectory->keyInterval = run->keyInterval();
    ProgressLine line;
    while (const auto frame = run->advance({})) {
        if (isInterrupted())
            throw CLI::RuntimeError(interruptedExit);
        trajectory->frames.push_back(frame);
        if (line.isDue() && !frame->isResult())
            line.show("step " + std::to_string(frame->index + 1) + "/" + std::to_string(run->grid().steps()));
    }
    trajectory->plannedFrames = trajectory->size();  // a sampler with adaptive steps knows it only now
    exports::ExportedRun exported{
        .recipe = plan.recipe,
        .from = plan.from,
        .facts = {.trajectory = trajectory,
                  .terms = std::make_shared<const std::vector<samplers::StepTerms>>(run->terms()),
                  .sampler = plan.recipe.sampler,
                  .seed = plan.recipe.seed,
                  .earlier = explain::earlierSteps(plan)},
        .schedule = std::make_shared<const schedule::NoiseSchedule>(run->schedule()),
        .grid = std::make_shared<const schedule::TimeGrid>(run->grid())};
    line.finish(std::to_string(trajectory->size() - 1) + " steps of " + exports::runTitle(exported));
    return exported;
}

void exportRun(ExportRunArguments& arguments)
{
    const auto asked = askedExports(arguments);
    arguments.options.picture.layer = exports::layerOf(arguments.layer);
    const recipe::RunPlan plan = planOf(arguments.recipe, {});
    watchForInterruption();
    run::ModelRunFactory factory(model::modelFolders(), limitsOf(arguments.recipe));
    std::vector<exports::ExportedRun> runs{recordedRun(factory, plan)};
    printComputation(factory.computation(), arguments.recipe.precision);
    for (const std::string& other : arguments.others) {
        RecipeArguments own;
        own.file = other;
        runs.push_back(recordedRun(factory, planOf(own, {})));
    }
    for (const auto& [kind, file] : asked) {
        ProgressLine line;
        const exports::Monitor monitor{.progress = [&, path = &file](double share) {
            if (isInterrupted())
                throw CLI::RuntimeError(interruptedExit);
            if (share > 0 && line.isDue())
                line.show(*path + ", " + std::to_string(std::lround(100 * share)) + " %");
        }};
        exports::exportRuns(kind, file, runs, arguments.options, monitor);
        line.finish(file);
    }
}

}  // namespace

void addExportRunCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("export-run", "Write pictures, plots, tables or tensors of a run");
    auto arguments = std::make_shared<ExportRunArguments>();
    addRecipeFlags(*command, arguments->recipe, {});
    addRunFlags(*command, arguments->recipe, {});
    const auto file = [&](const char* flag, std::string& target, const char* what, const char* type) {
        command->add_option(flag, target, what)->type_name(type);
    };
    file("--film-strip", arguments->filmStrip, "Labelled picture: a row an image, a column a step",
         "FILE.png");
    file("--animation", arguments->animation, "Animation of all steps", "FILE.gif|.mp4|.webm");
    file("--plots", arguments->plots, "Plots of the schedule and of each step", "FILE.svg|.pdf");
    file("--table", arguments->table, "Table with a line a step", "FILE.csv");
    file("--schedule-table", arguments->schedule, "Table of the schedule, a line a training level",
         "FILE.csv");
    file("--tensors", arguments->tensors, "Arrays for NumPy: x_t, x0_hat, eps_hat of every step", "FILE.npz");
    file("--comparison", arguments->comparison, "Labelled picture: a row a run", "FILE.png");
    command->add_option("--with", arguments->others, "For --comparison: another recipe; may be given again")
        ->type_name("FILE.json")
        ->take_all()
        ->allow_extra_args(false);
    exports::PictureOptions& picture = arguments->options.picture;
    command->add_option("--layer", arguments->layer, "What pictures show: x_t, x0_hat, eps_hat, …")
        ->default_str(arguments->layer);
    command->add_option("--images", picture.images, "Images of the batch, as 0,3,5; default: all")
        ->type_name("NUMBERS")
        ->delimiter(',');
    command->add_option("--frames", picture.frames, "Steps in the film strip, evenly spaced; 0: all")
        ->check(CLI::Range(0, 100000))
        ->default_str("8");
    command->add_option("--zoom", picture.zoom, "Width of an image's pixel in pictures")
        ->check(CLI::Range(1, 16))
        ->default_str("3");
    command->add_option("--fps", arguments->options.framesPerSecond, "Steps a second in the animation")
        ->check(CLI::Range(1.0, 60.0))
        ->default_str("10");
    command->footer("Each PNG holds its recipe: --recipe FILE.png reads it again.");
    command->callback([arguments] { exportRun(*arguments); });
}

}  // namespace diffuscope::cli
