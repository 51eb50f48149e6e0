// The flags that make up a recipe, alone or on top of a recipe file, shared by the commands that sample.
#pragma once

#include "core/sample/model_run_factory.h"
#include "core/session/run_plan.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace diffuscope::cli {

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
    std::optional<double> scale;
    std::optional<std::uint64_t> seed;
    std::optional<int> steps;
    std::optional<int> batch;
    std::string device = "auto";
    std::string precision = "float32";
    int threads = 0;
};

/// The most images of one run.
constexpr int kMostImages = 4096;

/// Adds the flags that every sampling command has: all but --sampler, --steps and --count. `defaults` is
/// what they say they are.
void addRecipeFlags(CLI::App& command, RecipeArguments& arguments, const session::Recipe& defaults);
/// Adds --sampler and --sampler-option, --steps and --count.
void addRunFlags(CLI::App& command, RecipeArguments& arguments, const session::Recipe& defaults);

/// The recipe of the file, or `defaults`, with the flags on top (in a branch, of its own recipe); names and
/// options are checked, the classes against the model. Without a file or --class: every class of the model in
/// turn. Throws Error.
session::RunPlan planOf(const RecipeArguments& arguments, session::Recipe defaults);
/// The same for commands that sample whole runs: a branch is refused.
session::Recipe recipeOf(const RecipeArguments& arguments, session::Recipe defaults);

/// Device and threads, without a limit of images.
sample::RunLimits limitsOf(const RecipeArguments& arguments);

/// Says what a person would wonder at: that the network is evaluated in bfloat16 by the program's own
/// choice, or slowly.
void printComputation(const sample::Computation& computation, const std::string& askedPrecision);

/// "sheet.png" → "sheet.recipe.json": written there, to be read with --recipe. Throws Error.
void writeRecipeBeside(const std::string& output, const session::RunPlan& plan);

}  // namespace diffuscope::cli
