// SPDX-License-Identifier: GPL-3.0-or-later
// The flags that make up a recipe, alone or on top of a recipe file, shared by the commands that sample.
#pragma once

#include "core/edit/picture_store.h"
#include "core/recipe/run_plan.h"
#include "core/run/model_run_factory.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace diffuscope::cli {

/// Pictures, and what of the result is known, as they were asked for: files and texts.
struct EditArguments
{
    std::string start, invert;
    std::optional<double> strength;
    std::string known, mask, measure, method;
    std::string fit = "crop";
    bool isInverted = false;
    /// Where the files are kept once they were read.
    std::shared_ptr<edit::PictureStore> pictures = std::make_shared<edit::PictureStore>();
};

/// One entry of a registry as it was asked for: a name with options, and options apart.
struct EntryArguments
{
    std::optional<std::string> text;
    std::vector<std::string> options;
};

struct RecipeArguments
{
    std::string file;  ///< of a recipe, "-" for stdin, empty for none
    std::optional<std::string> model;
    std::optional<std::string> classes;
    std::optional<std::string> prompt, negative, second;
    std::optional<double> blend;
    EntryArguments schedule, grid, sampler, guidance, clipping;
    std::vector<std::string> without;
    std::optional<double> timeOffset, frozenTime;
    std::optional<double> scale;
    std::optional<std::uint64_t> seed;
    std::optional<int> steps;
    std::optional<int> batch;
    std::string device = "auto";
    std::string precision = "float32";
    int threads = 0;
    EditArguments edit;
};

/// The most images of one run.
constexpr int mostImages = 4096;
/// The most points of one run of an exact model.
constexpr int mostPoints = 1'000'000;

/// Adds the flags that every sampling command has: all but --sampler, --steps and --count. `defaults` is
/// what they say they are.
void addRecipeFlags(CLI::App& command, RecipeArguments& arguments, const recipe::Recipe& defaults);
/// Adds --sampler and --sampler-option, --steps and --count.
void addRunFlags(CLI::App& command, RecipeArguments& arguments, const recipe::Recipe& defaults);

/// Adds --start, --strength, --invert, --known, --mask, --measure, --method, --fit and --inverted.
void addEditFlags(CLI::App& command, RecipeArguments& arguments);

/// The recipe of the file, or `defaults`, with the flags on top (in a branch, of its own recipe); names and
/// options are checked, the classes against the model. Without a file or --class: every class of the model in
/// turn. Throws Error.
recipe::RunPlan planOf(const RecipeArguments& arguments, recipe::Recipe defaults);
/// The same for commands that sample whole runs: a branch is refused.
recipe::Recipe recipeOf(const RecipeArguments& arguments, recipe::Recipe defaults);

/// Device and threads, without a limit of images.
run::RunLimits limitsOf(const RecipeArguments& arguments);

/// Says what a person would wonder at: that the network is evaluated in bfloat16 by the program's own
/// choice, or slowly.
void printComputation(const run::Computation& computation, const std::string& askedPrecision);

/// "sheet.png" → "sheet.recipe.json": written there, to be read with --recipe. Throws Error.
void writeRecipeBeside(const std::string& output, const recipe::RunPlan& plan);

}  // namespace diffuscope::cli
