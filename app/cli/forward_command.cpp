// SPDX-License-Identifier: GPL-3.0-or-later
// The forward process: a picture that drowns in noise, and what one look at it still finds.
#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/recipe_arguments.h"
#include "app/cli/standard_output.h"
#include "app/cli/text_layout.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/png_file.h"
#include "core/edit/blurred.h"
#include "core/edit/picture_fit.h"
#include "core/exports/labelled_grid.h"
#include "core/model/catalog.h"
#include "core/run/evaluator.h"

#include <cmath>
#include <cstdio>
#include <memory>

namespace diffuscope::cli {
namespace {

struct ForwardArguments
{
    RecipeArguments recipe;
    std::vector<double> times{25, 100, 250, 500, 999};
    int seeds = 3;
    std::string sheet;
    std::string csv;
};

/// One row of the sheet.
struct Row
{
    schedule::NoiseLevel level{};
    std::vector<float> noised{};   ///< of each seed
    std::vector<float> x0Hat{};    ///< of the first
    std::vector<float> blurred{};  ///< the first, blurred as much as leaves it nearest to the picture
    double blurSigma = 0;
    std::vector<float> result{};  ///< of the reverse run from the first
};

double rms(const std::vector<float>& a, const std::vector<float>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += std::pow(double(a[i]) - double(b[i]), 2);
    return std::sqrt(sum / double(a.size()));
}

std::vector<float> firstImage(const std::vector<float>& values, std::size_t size)
{
    return {values.begin(), values.begin() + std::ptrdiff_t(size)};
}

std::string timeText(double t)
{
    return formatted(t, 8);
}

/// The run that starts at time t with the picture noised as the recipe's seed says.
recipe::Recipe recipeFrom(const recipe::Recipe& recipe, double t, int levels)
{
    recipe::Recipe own = recipe;
    std::string times;
    const int steps = std::max(1, int(std::lround(recipe.steps * (t + 1) / levels)));
    for (int k = 0; k < steps; ++k)
        times += (k == 0 ? "" : ", ") + timeText(t * (steps - k) / steps);
    own.grid = {"typed", {{"kind", std::string("times")}, {"values", times}}};
    own.steps = steps;
    own.start.strength = 1;
    return own;
}

Row rowAt(run::RunFactory& factory, run::Evaluator& evaluator, const recipe::Recipe& recipe, double t,
          int seeds, const std::vector<float>& picture)
{
    const schedule::NoiseSchedule& schedule = evaluator.schedule();
    Row row{.level = schedule.levelAt(t)};
    const std::size_t size = picture.size();
    recipe::Recipe own = recipeFrom(recipe, t, schedule.levels());
    own.batch = seeds;
    const auto run = factory.start(own);
    record::FramePtr last;
    while (const auto frame = run->advance({})) {
        if (isInterrupted())
            throw CLI::RuntimeError(interruptedExit);
        if (frame->index == 0) {
            row.noised = frame->layer(record::Layer::xt).values;
            row.x0Hat = firstImage(frame->layer(record::Layer::x0Hat).values, size);
        }
        last = frame;
    }
    row.result = firstImage(last->layer(record::Layer::xt).values, size);
    const record::BatchShape one = evaluator.sampleShape();
    const auto blurred =
        edit::bestBlur(firstImage(row.noised, size), picture, one.channels, one.height, one.width);
    row.blurred = blurred.values;
    row.blurSigma = blurred.sigma;
    return row;
}

std::string tableOf(const std::vector<Row>& rows, const std::vector<float>& picture)
{
    std::string text =
        "t,alpha_bar,alpha,sigma,snr,log_snr,rms_noised,rms_x0_hat,rms_blur,blur_sigma,rms_result\n";
    char line[512];
    for (const Row& row : rows) {
        std::snprintf(line, sizeof line, "%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.9g,%.9g,%.9g,%.3g,%.9g\n",
                      row.level.t, row.level.alphaBar(), row.level.alpha, row.level.sigma, row.level.snr(),
                      row.level.logSnr(), rms(firstImage(row.noised, picture.size()), picture),
                      rms(row.x0Hat, picture), rms(row.blurred, picture), row.blurSigma,
                      rms(row.result, picture));
        text += line;
    }
    return text;
}

exports::LabelledGrid gridOf(const std::vector<Row>& rows, int seeds, const recipe::Recipe& recipe,
                             const record::BatchShape& one)
{
    exports::LabelledGrid grid;
    grid.title = "The forward process, and one look back";
    grid.remark = recipe.model + ", seed " + std::to_string(recipe.seed) + " and " +
                  std::to_string(seeds - 1) + " more draws of noise";
    for (const Row& row : rows)
        grid.rows.push_back({"t = " + timeText(row.level.t), "SNR " + formatted(row.level.snr(), 3)});
    for (int k = 0; k < seeds; ++k)
        grid.columns.push_back({"x_t", "noise " + std::to_string(k + 1)});
    grid.columns.push_back({"x0 hat", "one look at the first"});
    grid.columns.push_back({"blurred", "as well as it gets"});
    grid.columns.push_back({"sampled", "all steps from it"});
    grid.image = one;
    grid.zoom = std::max(1, 84 / std::max(1, one.width));
    return grid;
}

void showForward(ForwardArguments& arguments)
{
    if (arguments.sheet.empty() && arguments.csv.empty())
        throw Error(ErrorCode::invalidOption, "There is nowhere to write what was noised to.",
                    "Give --out sheet.png, --csv table.csv, or both.");
    if (arguments.recipe.edit.start.empty() && arguments.recipe.file.empty())
        throw Error(ErrorCode::invalidOption, "There is no picture to add noise to.",
                    "Give --start FILE.png.");
    arguments.sheet = outputTarget(arguments.sheet);
    recipe::Recipe recipe = recipeOf(arguments.recipe, {});
    if (!arguments.recipe.classes && arguments.recipe.file.empty())
        recipe.condition = recipe::Condition::none();
    if (recipe.start.kind != recipe::StartKind::picture)
        throw Error(ErrorCode::invalidOption, "There is no picture to add noise to.",
                    "Give --start FILE.png.");
    watchForInterruption();
    run::ModelRunFactory factory(model::modelFolders(), limitsOf(arguments.recipe));
    const auto evaluator = factory.open(recipe);
    const int levels = evaluator->schedule().levels();
    for (const double t : arguments.times)
        if (!(t >= 0) || t > levels - 1)
            throw Error(ErrorCode::invalidOption,
                        "The time " + timeText(t) + " is not from 0 to " + std::to_string(levels - 1) + ".",
                        "Give times of the schedule, such as --t 25 100 150.");
    const record::BatchShape one = evaluator->sampleShape();
    const auto kept = arguments.recipe.edit.pictures->get(recipe.start.picture, "to add noise to");
    const std::vector<float> picture =
        edit::channelValues(edit::fitted(*kept, one.width, one.height), one.channels);
    std::vector<Row> rows;
    for (const double t : arguments.times)
        rows.push_back(rowAt(factory, *evaluator, recipe, t, arguments.seeds, picture));
    if (!arguments.csv.empty())
        base::writeFileAtomically(arguments.csv, tableOf(rows, picture));
    if (arguments.sheet.empty())
        return;
    const std::size_t size = picture.size();
    const auto cell = [&](int row, int column) -> std::vector<float> {
        const Row& shown = rows[std::size_t(row)];
        if (column < arguments.seeds) {
            const auto from = shown.noised.begin() + std::ptrdiff_t(size) * column;
            return {from, from + std::ptrdiff_t(size)};
        }
        const std::vector<float>* others[] = {&shown.x0Hat, &shown.blurred, &shown.result};
        return *others[column - arguments.seeds];
    };
    const exports::Canvas canvas =
        exports::drawnGrid(gridOf(rows, arguments.seeds, recipe, one), exports::ColorScale{}, cell, {});
    // Without a recipe: the sheet is of several runs.
    base::writePng(arguments.sheet,
                   {canvas.pixels().data(), canvas.width(), canvas.height(), canvas.channels()});
}

}  // namespace

void addForwardCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("forward", "Add noise to a picture, and look what is still in it");
    auto arguments = std::make_shared<ForwardArguments>();
    addRecipeFlags(*command, arguments->recipe, {});
    addRunFlags(*command, arguments->recipe, {});
    addEditFlags(*command, arguments->recipe);
    command->add_option("--t", arguments->times, "Training times, a row each")
        ->type_name("TIME ...")
        ->delimiter(',')
        ->default_str("25 100 250 500 999");
    command->add_option("--seeds", arguments->seeds, "Draws of noise, a column each")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 16))
        ->default_str("3");
    command->add_option("--out", arguments->sheet, "PNG sheet: x_t, x0_hat, a blur, and the sampled picture")
        ->type_name("FILE.png");
    command->add_option("--csv", arguments->csv, "Table of levels and of distances to the picture")
        ->type_name("FILE.csv");
    command->footer(
        "Each row starts at its time t: --steps are those of a whole run, of which it makes its share.");
    command->callback([arguments] { showForward(*arguments); });
}

}  // namespace diffuscope::cli
