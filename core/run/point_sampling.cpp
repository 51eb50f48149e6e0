// SPDX-License-Identifier: GPL-3.0-or-later
// The sampling loop over the exact denoiser, in double.
#include "core/run/point_sampling.h"

#include "core/base/error.h"
#include "core/denoise/guidance.h"
#include "core/model/exact/point_denoiser.h"
#include "core/model/exact/point_mixture.h"
#include "core/run/grid_progress.h"
#include "core/run/noise_source.h"
#include "core/run/sampling_loop.h"
#include "core/run/translated_errors.h"
#include "core/schedule/schedule_registry.h"

#include <torch/types.h>

#include <chrono>

namespace diffuscope::run {

namespace {

using torch::Tensor;

std::vector<double> valuesOf(const Tensor& tensor)
{
    const Tensor flat = tensor.to(torch::kDouble).contiguous();
    return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

Tensor tensorOf(const std::vector<double>& values, std::int64_t rows, std::int64_t dimensions)
{
    return torch::tensor(torch::ArrayRef<double>(values), torch::kDouble).view({rows, dimensions});
}

std::unique_ptr<denoise::Denoiser> denoiserOf(std::shared_ptr<const model::PointField> field,
                                              const recipe::Recipe& recipe, const schedule::TimeGrid& grid,
                                              int threads)
{
    for (const char* rule : {"autoguidance", "classifier"})
        if (recipe.guidance.rule == rule)
            throw Error(ErrorCode::invalidOption,
                        "The guidance \"" + recipe.guidance.rule +
                            "\" needs a second network, which an exact "
                            "model has not.",
                        "Choose cfg.");
    auto exact = std::make_unique<model::PointDenoiser>(std::move(field), threads);
    auto guided = denoise::guided(std::move(exact), recipe.guidance,
                                  {.progress = progressOn(grid), .steps = grid.steps()});
    return denoise::clipped(std::move(guided), recipe.clipping);
}

void checkClassesOf(const model::PointField& field, const recipe::Condition& condition)
{
    if (!condition.text.isNone())
        throw Error(ErrorCode::invalidOption, "Exact models read no prompt.",
                    "Ask for a class, or for none.");
    for (const int label : condition.classes)
        if (label >= 0)
            field.requireClass(label);
}

/// Noise that somebody else makes.
class GivenNoise final : public NoiseSource
{
public:
    explicit GivenNoise(std::function<void(int, std::span<double>)> fill) : m_fill(std::move(fill)) {}

    Tensor initial(torch::IntArrayRef shape, const torch::TensorOptions& options) override
    {
        return torch::zeros(shape, options);
    }
    Tensor draw(torch::IntArrayRef shape, const torch::TensorOptions& options, int, int) override
    {
        Tensor noise = torch::zeros(shape, torch::kDouble);
        m_fill(m_draws++, std::span(noise.data_ptr<double>(), std::size_t(noise.numel())));
        return noise.to(options);
    }

private:
    std::function<void(int, std::span<double>)> m_fill;
    int m_draws = 0;
};

PointRun sampled(std::shared_ptr<const model::PointField> field, const recipe::Recipe& recipe,
                 const PointOptions& options, const std::stop_token& stop)
{
    const auto began = std::chrono::steady_clock::now();
    const std::int64_t dimensions = field->dimensions();
    checkClassesOf(*field, recipe.condition);
    if (options.start.size() % std::size_t(dimensions) != 0)
        throw Error(ErrorCode::invalidOption, "The starting points have another dimension than the data.",
                    dimensions == 1 ? "Give a column x." : "Give columns x and y.");
    const std::int64_t rows =
        options.start.empty() ? recipe.batch : std::int64_t(options.start.size()) / dimensions;
    if (rows < 1 || rows > std::int64_t(model::mostPoints))
        throw Error(ErrorCode::invalidOption,
                    "A run has from 1 to " + std::to_string(model::mostPoints) + " points.",
                    "Ask for fewer.");
    const schedule::NoiseSchedule schedule = scheduleOf(recipe);
    const schedule::TimeGrid grid = schedule::makeTimeGrid(schedule, recipe.grid, recipe.steps);
    const auto sampler = samplers::makeSampler(recipe.sampler, schedule, grid);
    const auto denoiser = denoiserOf(field, recipe, grid, options.threads);
    std::unique_ptr<NoiseSource> noise;
    if (options.noise)
        noise = std::make_unique<GivenNoise>(options.noise);
    else
        noise = std::make_unique<SeededNoise>(recipe.seed);
    const Tensor start =
        options.start.empty()
            ? initialState(noise->initial({rows, dimensions}, torch::TensorOptions(torch::kDouble)), grid[0])
            : tensorOf(options.start, rows, dimensions);
    SamplingLoop loop({*denoiser, *sampler, schedule, grid, *noise, recipe.condition}, start);
    PointRun run{.dimensions = int(dimensions),
                 .samples = {},
                 .states = {},
                 .x0Hats = {},
                 .levels = grid.levels,
                 .labels = {}};
    for (std::int64_t k = 0; k < rows; ++k)
        run.labels.push_back(recipe.condition.classOf(int(k)));
    while (!loop.isDone()) {
        const StepReport report = loop.advance(stop);
        if (!options.keepsStates)
            continue;
        run.states.push_back(valuesOf(report.x));
        run.x0Hats.push_back(report.prediction ? valuesOf(report.prediction->x0Hat) : std::vector<double>{});
    }
    run.samples = valuesOf(loop.state());
    if (options.keepsStates)
        run.states.push_back(run.samples);
    run.evaluations = loop.totalEvaluations();
    run.elapsedMs =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
    return run;
}

}  // namespace

schedule::NoiseSchedule scheduleOf(const recipe::Recipe& recipe)
{
    return schedule::makeSchedule(recipe.schedule.value_or(schedule::ScheduleSpec{}));
}

PointRun samplePoints(std::shared_ptr<const model::PointField> field, const recipe::Recipe& recipe,
                      const PointOptions& options, const std::stop_token& stop)
{
    const c10::InferenceMode inference;
    return withErrorsTranslated("sampling points",
                                [&] { return sampled(std::move(field), recipe, options, stop); });
}

}  // namespace diffuscope::run
