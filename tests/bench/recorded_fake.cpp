// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/recorded_fake.h"

#include "core/denoise/guidance.h"
#include "core/run/sampled_run.h"
#include "core/schedule/schedule_registry.h"

#include <torch/types.h>

#include <utility>

namespace diffuscope::bench {

namespace {

constexpr int side = 28;

/// Knows the images that every run ends in: stripes whose direction depends on the class.
class StripesDenoiser final : public denoise::Denoiser
{
public:
    denoise::Prediction predict(const torch::Tensor& x, const schedule::NoiseLevel& level,
                                const recipe::Condition& condition) override
    {
        if (!m_stripes.defined() || m_stripes.size(0) != x.size(0) || m_condition != condition) {
            m_condition = condition;
            m_stripes = stripes(x.size(0), condition);
        }
        // Early estimates are pale, as a network's are.
        const torch::Tensor x0Hat = m_stripes * level.alpha;
        return {.x0Hat = x0Hat, .epsHat = (x - level.alpha * x0Hat) / level.sigma};
    }

private:
    static torch::Tensor stripes(std::int64_t images, const recipe::Condition& condition)
    {
        const torch::Tensor position = torch::arange(side, torch::kFloat) * 0.6;
        std::vector<torch::Tensor> all;
        for (std::int64_t k = 0; k < images; ++k) {
            const double slope = 0.3 * (condition.classOf(int(k)) + 1) + 0.02 * double(k);
            all.push_back(torch::sin(position.unsqueeze(1) + slope * position.unsqueeze(0)).unsqueeze(0));
        }
        return torch::stack(all);
    }

    torch::Tensor m_stripes;
    recipe::Condition m_condition;
};

class RecordedFakeFactory final : public run::RunFactory
{
public:
    std::unique_ptr<run::Run> start(const recipe::Recipe& recipe) override
    {
        schedule::NoiseSchedule schedule =
            schedule::makeSchedule(recipe.schedule.value_or(schedule::ScheduleSpec{}));
        schedule::TimeGrid grid = schedule::makeTimeGrid(schedule, recipe.grid, recipe.steps);
        std::unique_ptr<samplers::Sampler> sampler = samplers::makeSampler(recipe.sampler, schedule, grid);
        auto denoiser = denoise::guided(std::make_unique<StripesDenoiser>(), recipe.guidance);
        return std::make_unique<run::SampledRun>(
            run::RunParts{.schedule = std::move(schedule),
                          .grid = std::move(grid),
                          .denoiser = denoise::clipped(std::move(denoiser), recipe.clipping),
                          .sampler = std::move(sampler),
                          .noise = std::make_unique<run::SeededNoise>(recipe.seed),
                          .condition = recipe.condition,
                          .shape = {recipe.batch, 1, side, side},
                          .storedPerFrame = recipe.guidance.scale == 1 ? 2 : 3});
    }

    std::unique_ptr<run::Run> startPart(const recipe::Recipe& recipe, int) override
    {
        return start(recipe);  // no figure is taken of a part
    }

    std::unique_ptr<run::Run> startFrom(const recipe::Recipe& recipe, const run::RunStart&) override
    {
        return start(recipe);  // no figure is taken of a branch
    }
};

}  // namespace

std::unique_ptr<run::RunFactory> makeRecordedFake()
{
    return std::make_unique<RecordedFakeFactory>();
}

}  // namespace diffuscope::bench
