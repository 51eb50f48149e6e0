// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/progress_line.h"
#include "app/cli/recipe_arguments.h"
#include "app/cli/registry_view.h"
#include "app/cli/sampler_sheet.h"
#include "app/cli/standard_output.h"
#include "app/cli/text_layout.h"
#include "core/base/error.h"
#include "core/exports/picture.h"
#include "core/model/catalog.h"
#include "core/samplers/sampler_registry.h"

#include <cstdio>
#include <memory>

namespace diffuscope::cli {
namespace {

using base::EntryKind;

struct SheetArguments
{
    RecipeArguments recipe;
    std::vector<std::string> samplers;
    std::vector<int> steps = {5, 10, 20, 50};
    int zoom = 2;
    std::string file;
};

/// What a sheet shows where nothing else is asked for: classes whose images are easily told apart when they
/// are drawn badly, on the grid that starts where training ended.
recipe::Recipe sheetDefaults()
{
    recipe::Recipe recipe;
    recipe.condition.classes = {3, 5, 8};
    recipe.grid.rule = "trailing";
    return recipe;
}

/// Some samplers extrapolate the noise too far for a long last step, or restart near the clean image: these
/// want a grid whose last step is short.
std::string gridThatSuits(const std::string& sampler, const std::string& grid)
{
    return samplers::samplerInfo(sampler).wantsShortEnd ? "leading" : grid;
}

std::vector<ChosenEntry> samplersOf(const SheetArguments& arguments)
{
    std::vector<ChosenEntry> samplers;
    for (const auto& text : arguments.samplers)
        samplers.push_back(chosenEntry(EntryKind::sampler, text));
    if (!samplers.empty())
        return samplers;
    for (const auto& entry : entriesOf(EntryKind::sampler))
        if (!entry.sampling->inverse)
            samplers.push_back({entry.id, {}});
    return samplers;
}

SheetCell sampled(run::RunFactory& factory, const recipe::Recipe& recipe)
{
    const auto run = factory.start(recipe);
    record::FramePtr last;
    while (const auto frame = run->advance({})) {
        if (isInterrupted())
            throw CLI::RuntimeError(interruptedExit);
        last = frame;
    }
    return {last->layer(record::Layer::xt), last->totalEvaluations, {}};
}

// A sampler that this number of steps does not suit leaves its cell empty; the others are still worth seeing.
SheetCell cellOf(run::RunFactory& factory, const recipe::Recipe& recipe, int& failures)
{
    try {
        return sampled(factory, recipe);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::invalidOption && error.code() != ErrorCode::notFinite)
            throw;
        ++failures;
        std::fprintf(stderr, "diffuscope-cli: %s, %d steps: %s\n", recipe.sampler.id.c_str(), recipe.steps,
                     error.what());
        return {{}, 0, error.code() == ErrorCode::notFinite ? "not finite" : "not possible"};
    }
}

SheetRow labelledRow(const ChosenEntry& sampler, const std::string& grid, const std::string& usualGrid)
{
    const EntryView entry = findEntry(EntryKind::sampler, sampler.id);
    std::string remark = entry.id + ", order " + std::to_string(entry.sampling->order);
    remark += entry.sampling->stochastic ? ", noise" : "";
    return {entry.displayName, remark + (grid == usualGrid ? "" : ", " + grid), {}};
}

std::string titleOf(const recipe::Recipe& recipe, const model::Entry& model)
{
    std::string asked;
    if (model.card->readsText()) {
        const std::string& prompt = recipe.condition.text.prompt;
        asked = prompt.empty() ? "no prompt" : "\"" + prompt.substr(0, 80) + "\"";
    }
    for (int k = 0; k < recipe.batch && !recipe.condition.classes.empty(); ++k) {
        const int label = recipe.condition.classOf(k);
        asked += (k == 0 ? "classes " : " ") + (label < 0 ? "none" : std::to_string(label));
    }
    return model.card->title + " (" + model.id + "), " + (asked.empty() ? "classes none" : asked) + ", " +
           findEntry(EntryKind::grid, recipe.grid.rule).displayName + " grid unless stated, guidance " +
           formatted(recipe.guidance.scale, 4) + ", seed " + std::to_string(recipe.seed);
}

void checkSteps(const std::vector<int>& steps)
{
    for (const int count : steps) {
        if (count < 1 || count > 1000) {
            throw Error(ErrorCode::invalidOption, "\"steps\" is " + std::to_string(count) +
                                                      ", but must be a whole number from 1 to 1000.");
        }
    }
}

recipe::Recipe baseRecipe(const RecipeArguments& arguments)
{
    RecipeArguments flags = arguments;
    const recipe::Recipe defaults = sheetDefaults();
    if (flags.file.empty() && !flags.classes) {
        const auto model = model::findModel(model::modelFolders(), flags.model.value_or(defaults.model));
        flags.classes = model.card->classNames.size() > 8 ? "3,5,8" : "none";
    }
    recipe::Recipe recipe = recipeOf(flags, defaults);
    if (arguments.file.empty())
        recipe.batch = recipe.condition.classes.empty() ? 3 : int(recipe.condition.classes.size());
    return recipe;
}

void makeSheet(SheetArguments& arguments)
{
    arguments.file = outputTarget(arguments.file);
    checkSteps(arguments.steps);
    const recipe::Recipe recipe = baseRecipe(arguments.recipe);
    const auto samplers = samplersOf(arguments);
    watchForInterruption();
    const auto folders = model::modelFolders();
    SamplerSheet sheet{titleOf(recipe, model::findModel(folders, recipe.model)), arguments.steps, {}, {}};
    run::ModelRunFactory factory(folders, limitsOf(arguments.recipe));
    ProgressLine line;
    int failures = 0;
    const bool mayChooseGrid = !arguments.recipe.grid.text && recipe.grid == sheetDefaults().grid;
    for (const auto& sampler : samplers) {
        recipe::Recipe own = recipe;
        own.sampler = {sampler.id, sampler.options};
        if (mayChooseGrid)
            own.grid.rule = gridThatSuits(sampler.id, recipe.grid.rule);
        sheet.rows.push_back(labelledRow(sampler, own.grid.rule, recipe.grid.rule));
        for (const int steps : arguments.steps) {
            own.steps = steps;
            if (line.isDue())
                line.show(sheet.rows.back().name + ", " + std::to_string(steps) + " steps");
            sheet.rows.back().cells.push_back(cellOf(factory, own, failures));
            const auto& images = sheet.rows.back().cells.back().images;
            sheet.shape = images.shape.batch > 0 ? images.shape : sheet.shape;
        }
    }
    exports::writePicture(arguments.file, exports::pictureOf(drawnSheet(sheet, arguments.zoom)),
                          {recipe, {}});
    writeRecipeBeside(arguments.file, {recipe, {}});
    line.finish(std::to_string(sheet.rows.size()) + " samplers, " + arguments.file);
    if (failures > 0)
        throw CLI::RuntimeError(1);
}

}  // namespace

void addSheetCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("sheet", "Compare samplers and numbers of steps in one picture");
    auto arguments = std::make_shared<SheetArguments>();
    addRecipeFlags(*command, arguments->recipe, sheetDefaults());
    command->get_option("--class")->description(
        "Classes of the images in each cell, as 3,5,8, the default, or none");
    command
        ->add_option("--samplers", arguments->samplers,
                     "Rows: NAME[:OPTION=VALUE], each after a flag of its own; default: all")
        ->type_name("NAME");
    command->add_option("--steps", arguments->steps, "Columns: numbers of steps")
        ->type_name("NUMBERS")
        ->delimiter(',')
        ->default_str("5,10,20,50");
    command->add_option("--zoom", arguments->zoom, "Width of an image's pixel in the picture")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 8))
        ->default_str("2");
    command->add_option("--out", arguments->file, "PNG to write")->type_name("FILE.png")->required();
    command->callback([arguments] { makeSheet(*arguments); });
}

}  // namespace diffuscope::cli
