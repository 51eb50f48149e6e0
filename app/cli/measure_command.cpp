// SPDX-License-Identifier: GPL-3.0-or-later
// "measure": samples of points against exact data with their floors, and samplers against the exact answer.
#include "app/cli/commands.h"
#include "app/cli/point_table.h"
#include "app/cli/recipe_arguments.h"
#include "app/cli/text_layout.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/measure/point_figures.h"
#include "core/measure/sampler_error.h"
#include "core/model/exact/data_sets.h"
#include "core/model/exact/point_file.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>

namespace diffuscope::cli {
namespace {

using measure::PointFigure;

struct MeasureArguments
{
    RecipeArguments recipe;
    std::string samples;
    std::string reference;
    std::vector<std::string> samplers;
    std::vector<int> steps;
    int count = 2000;
    int repetitions = 3;
    bool hasNoPairing = false;
    bool isCsv = false;
    std::string out;
};

void put(const MeasureArguments& arguments, const PointTable& table)
{
    const std::string text = arguments.isCsv || !arguments.out.empty() ? csvOf(table) : alignedText(table);
    if (arguments.out.empty())
        std::fputs(text.c_str(), stdout);
    else
        base::writeFileAtomically(arguments.out, text);
}

PointTable tableOf(const std::vector<PointFigure>& figures)
{
    PointTable table{.header = {"figure", "value", "floor", "floor_sd", "truth", "points"}, .rows = {}};
    for (const auto& figure : figures)
        table.rows.push_back(
            {figure.id, figure.value, figure.floor, figure.floorSd, figure.truth, double(figure.points)});
    return table;
}

int labelOf(const MeasureArguments& arguments, const recipe::Recipe& recipe)
{
    const auto& classes = recipe.condition.classes;
    if (classes.empty() || !arguments.recipe.classes)
        return -1;
    if (classes.size() > 1)
        throw Error(ErrorCode::invalidOption, "Samples of several classes are measured one class at a time.",
                    "Give one class, or leave --class out for all of the data.");
    return classes.front();
}

void measureSamples(const MeasureArguments& arguments)
{
    const model::PointSet samples = readPointTensors(arguments.samples);
    const measure::PointCloud cloud{samples.dimensions, samples.values};
    if (!arguments.reference.empty()) {
        const model::PointSet reference = readPointTensors(arguments.reference);
        put(arguments, tableOf(measure::figuresBetween(cloud, {reference.dimensions, reference.values},
                                                       !arguments.hasNoPairing)));
        return;
    }
    if (!arguments.recipe.model)
        throw Error(ErrorCode::invalidOption, "There is nothing to measure the samples against.",
                    "Give --model exact:NAME, or --reference with points.");
    const recipe::Recipe recipe = recipeOf(arguments.recipe, {});
    const model::ExactField field(model::exactData(recipe.model));
    put(arguments, tableOf(measure::figuresOf(field, cloud,
                                              {.seed = recipe.seed,
                                               .repetitions = arguments.repetitions,
                                               .hasExactPairing = !arguments.hasNoPairing,
                                               .label = labelOf(arguments, recipe)})));
}

bool isOneGaussian(const model::ExactField& field)
{
    return field.dimensions() == 1 && field.mixture().components.size() == 1;
}

/// One row of errors against the number of evaluations, as exactly as the data and the sampler allow.
PointTable::Row errorRow(const MeasureArguments& arguments,
                         const std::shared_ptr<const model::ExactField>& field, const recipe::Recipe& recipe,
                         const std::string& sampler)
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    PointTable::Row row{sampler, double(recipe.steps)};
    if (isOneGaussian(*field)) {
        const auto response = measure::responseTo(field, recipe);
        const double sd = std::sqrt(field->mixture().components.front().covariance[0]);
        const double mean = field->mixture().components.front().mean[0];
        const double w2 = std::hypot(response.sd() - sd, response.mean() - mean);
        row.insert(row.end(),
                   {double(response.evaluations), nan, w2, nan, response.sd(), std::string("exact")});
        return row;
    }
    if (field->dimensions() == 1) {
        const auto error = measure::lineError(field, recipe);
        if (!error.drewNoise) {
            row.insert(row.end(), {double(error.evaluations), error.w1, error.w2, error.massAbove, nan,
                                   std::string("quantiles")});
            return row;
        }
    }
    recipe::Recipe sampled = recipe;
    sampled.batch = arguments.count;
    const auto run = run::samplePoints(field, sampled, {.threads = arguments.recipe.threads});
    const auto figures = measure::figuresOf(*field, {field->dimensions(), run.samples},
                                            {.seed = recipe.seed,
                                             .repetitions = arguments.repetitions,
                                             .hasExactPairing = !arguments.hasNoPairing});
    const auto valueOf = [&](const char* id) {
        const auto found = std::find_if(figures.begin(), figures.end(),
                                        [id](const PointFigure& figure) { return figure.id == id; });
        return found == figures.end() ? std::pair{nan, nan} : std::pair{found->value, found->floor};
    };
    const char* const first = field->dimensions() == 1 ? "w1" : "sliced_w1";
    row.insert(row.end(),
               {double(run.evaluations), valueOf(first).first, valueOf("w2").first, valueOf("mode_1").first,
                valueOf(first).second, "samples, n = " + std::to_string(arguments.count)});
    return row;
}

void measureSamplers(const MeasureArguments& arguments)
{
    std::shared_ptr<const model::ExactField> field;
    PointTable table;
    const std::vector<std::string> samplers =
        arguments.samplers.empty() ? std::vector{recipe::SamplerSpec{}.id} : arguments.samplers;
    for (const auto& sampler : samplers)
        for (const int steps : arguments.steps) {
            RecipeArguments own = arguments.recipe;
            own.sampler.text = sampler;
            own.steps = steps;
            recipe::Recipe defaults;
            const recipe::Recipe recipe = recipeOf(own, defaults);
            if (!field) {
                field = std::make_shared<const model::ExactField>(model::exactData(recipe.model));
                const bool isPlane = field->dimensions() == 2;
                const char* const w1 = isPlane ? "sliced_w1" : "w1";
                table.header = {"sampler",
                                "steps",
                                "evaluations",
                                w1,
                                "w2",
                                "mass_1",
                                isOneGaussian(*field) ? "sd" : std::string(w1) + "_floor",
                                "how"};
            }
            table.rows.push_back(errorRow(arguments, field, recipe, sampler));
        }
    put(arguments, table);
}

void runMeasuring(const MeasureArguments& arguments)
{
    if (arguments.samples.empty() == arguments.steps.empty())
        throw Error(ErrorCode::invalidOption, "Measure either samples or samplers.",
                    "Give --samples FILE, or --steps with numbers of steps.");
    if (!arguments.samples.empty())
        measureSamples(arguments);
    else
        measureSamplers(arguments);
}

}  // namespace

void addMeasureCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("measure", "Measure samples, or samplers, against exact data");
    auto arguments = std::make_shared<MeasureArguments>();
    addRecipeFlags(*command, arguments->recipe, {});
    command
        ->add_option("--samples", arguments->samples,
                     "Points to measure: columns x,y, or tensors with \"samples\"")
        ->type_name("FILE.csv|.safetensors");
    command
        ->add_option("--reference", arguments->reference,
                     "Points to measure them against, in the place of --model")
        ->type_name("FILE.csv|.safetensors");
    command->add_option("--sampler", arguments->samplers, "Sampler to measure; may be given again")
        ->type_name("NAME[:OPTION=VALUE,...]")
        ->take_all()
        ->allow_extra_args(false);
    command->add_option("--steps", arguments->steps, "Numbers of steps of the samplers, such as 5,10,20,50")
        ->type_name("NUMBER[,NUMBER...]")
        ->delimiter(',')
        ->check(CLI::PositiveNumber);
    command->add_option("--count", arguments->count, "Samples where there is no exact answer")
        ->type_name("NUMBER")
        ->check(CLI::Range(2, 1'000'000))
        ->default_str("2000");
    command
        ->add_option("--repetitions", arguments->repetitions,
                     "Pairs of exact samples that a floor is the mean of")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 1000))
        ->default_str("3");
    command->add_flag("--no-pairing", arguments->hasNoPairing,
                      "Leave out W1 and W2 in the plane, which take seconds");
    command->add_flag("--csv", arguments->isCsv, "CSV in full precision");
    command->add_option("--out", arguments->out, "CSV file to write")->type_name("FILE.csv");
    command->callback([arguments] { runMeasuring(*arguments); });
}

}  // namespace diffuscope::cli
