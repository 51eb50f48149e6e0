// SPDX-License-Identifier: GPL-3.0-or-later
// Runs an exact model and writes its points.
#include "app/cli/point_run.h"

#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/point_table.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/model/catalog.h"
#include "core/model/exact/data_sets.h"
#include "core/model/exact/exact_field.h"
#include "core/model/exact/point_file.h"
#include "core/run/model_run_factory.h"
#include "core/run/point_sampling.h"

#include <chrono>
#include <cstdio>

namespace diffuscope::cli {
namespace {

std::vector<double> startOf(const std::string& path, int dimensions)
{
    if (path.empty())
        return {};
    const model::PointSet points = model::readPoints(path);
    if (points.dimensions != dimensions)
        throw Error(ErrorCode::invalidOption,
                    path + " holds points of " + std::to_string(points.dimensions) +
                        " dimensions, but the model is of " + std::to_string(dimensions) + ".",
                    dimensions == 1 ? "Give a column x." : "Give columns x and y.");
    return points.values;
}

/// As the frame has them, in float.
void keep(const record::Frame& frame, run::PointRun& run)
{
    const std::vector<float> xt = frame.layer(record::Layer::xt).values;
    run.states.emplace_back(xt.begin(), xt.end());
    if (frame.index + 1 == int(run.levels.size()))
        return;  // the result, of which nothing is estimated
    const std::vector<float> x0Hat = frame.layer(record::Layer::x0Hat).values;
    run.x0Hats.emplace_back(x0Hat.begin(), x0Hat.end());
}

/// What is known of the result is heeded by the run that pictures have too.
run::PointRun heedingRun(const PointRunArguments& arguments, int dimensions, const run::PointOptions& options)
{
    run::RunLimits limits;
    limits.precision = "float64";
    limits.threads = arguments.threads;
    run::ModelRunFactory factory(model::modelFolders(), limits);
    run::RunStart start;
    if (!options.start.empty())
        start.state = std::make_shared<const std::vector<double>>(options.start);
    const auto began = std::chrono::steady_clock::now();
    recipe::Recipe recipe = arguments.recipe;
    if (start.state)
        recipe.batch = int(start.state->size() / std::size_t(dimensions));
    const auto run = factory.startFrom(recipe, start);
    run::PointRun result;
    for (int k = 0; k < recipe.batch; ++k)
        result.labels.push_back(recipe.condition.classOf(k));
    result.dimensions = dimensions;
    result.levels = run->grid().levels;
    watchForInterruption();
    while (const auto frame = run->advance({})) {
        if (isInterrupted())
            throw CLI::RuntimeError(interruptedExit);
        result.evaluations = frame->totalEvaluations;
        result.samples = run->state();
        if (options.keepsStates)
            keep(*frame, result);
    }
    result.elapsedMs =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
    return result;
}

}  // namespace

void samplePoints(const PointRunArguments& arguments)
{
    if (!arguments.recipe.network.areOff())
        throw Error(ErrorCode::invalidOption,
                    "\"" + arguments.recipe.model +
                        "\" is a formula: there is no network whose parts could be left out.",
                    "Leave --without, --time-offset and --frozen-time out, or choose a trained model.");
    const auto field = std::make_shared<const model::ExactField>(model::exactData(arguments.recipe.model));
    const run::PointOptions options{.start = startOf(arguments.start, field->dimensions()),
                                    .keepsStates = arguments.frames,
                                    .threads = arguments.threads};
    const run::PointRun run = arguments.recipe.measurement.isNone()
                                  ? run::samplePoints(field, arguments.recipe, options)
                                  : heedingRun(arguments, field->dimensions(), options);
    std::fprintf(stderr, "%zu points, %zu steps, %d evaluations, %.0f ms\n", run.size(),
                 run.levels.size() - 1, run.evaluations, run.elapsedMs);
    if (!arguments.tensors.empty()) {
        recipe::RunPlan plan{arguments.recipe, {}};
        writePointTensors(arguments.tensors,
                          {.dimensions = run.dimensions,
                           .samples = run.samples,
                           .states = run.states,
                           .x0Hats = run.x0Hats,
                           .recipe = recipe::toJson(plan)},
                          arguments.isDouble);
        writeRecipeBeside(arguments.tensors, plan);
    }
    if (!arguments.csv.empty())
        base::writeFileAtomically(
            arguments.csv,
            model::csvOfPoints({.dimensions = run.dimensions, .values = run.samples, .labels = run.labels}));
}

}  // namespace diffuscope::cli
