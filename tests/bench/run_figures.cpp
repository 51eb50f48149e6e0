// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/run_figures.h"

#include "core/denoise/guidance.h"
#include "core/denoise/network_denoiser.h"
#include "core/inference/compute_threads.h"
#include "core/inference/kernels.h"
#include "core/model/checkpoint.h"
#include "core/model/unet/parallel_forward.h"
#include "core/run/sampled_run.h"
#include "core/schedule/schedule_registry.h"
#include "tests/support/loaded_unet.h"

#include <torch/types.h>

#include <chrono>
#include <memory>
#include <thread>

namespace diffuscope::bench {

namespace {

using torch::Tensor;
using Clock = std::chrono::steady_clock;

/// A network that keeps the time of its calls, and what it was asked.
class TimedNetwork
{
public:
    TimedNetwork(const std::string& folder, model::ConvolutionPrecision precision)
        : m_card(model::readModelCard(folder)), m_net(test::loadedUNet(folder))
    {
        m_net->setConvolutionPrecision(precision);
        m_forward = std::make_unique<model::ParallelForward>(m_net, 0);
    }

    const model::ModelCard& card() const { return m_card; }

    Tensor forward(const Tensor& x, const Tensor& t, const Tensor& classIds)
    {
        const auto start = Clock::now();
        Tensor output = m_forward->forward(x, t, classIds);
        m_ms += msSince(start);
        m_calls.push_back({x, t, classIds});
        return output;
    }

    double ms() const { return m_ms; }
    void forget()
    {
        m_ms = 0;
        m_calls.clear();
    }
    /// The time of all calls once more, one after the other.
    double repeatedMs()
    {
        const auto start = Clock::now();
        for (const Call& call : m_calls)
            m_forward->forward(call.x, call.t, call.classIds);
        return msSince(start);
    }

private:
    struct Call
    {
        Tensor x, t, classIds;
    };

    model::ModelCard m_card;
    model::UNet m_net;
    std::unique_ptr<model::ParallelForward> m_forward;
    double m_ms = 0;
    std::vector<Call> m_calls;
};

/// A recipe with guidance as the program starts it.
run::RunParts partsOf(TimedNetwork& network, const recipe::Recipe& recipe)
{
    const model::ModelCard& card = network.card();
    schedule::NoiseSchedule schedule = schedule::makeSchedule(card.schedule);
    schedule::TimeGrid grid = schedule::makeTimeGrid(schedule, recipe.grid, recipe.steps);
    auto plain = std::make_unique<denoise::NetworkDenoiser>(denoise::TrainedNetwork{
        .name = card.name,
        .forward = [&network](const Tensor& x, const Tensor& t,
                              const Tensor& ids) { return network.forward(x, t, ids); },
        .target = denoise::predictionTarget(card.target),
        .schedule = schedule,
        .classes = int(card.classNames.size())});
    auto guided = denoise::guided(std::move(plain), recipe.guidance);
    auto sampler = samplers::makeSampler(recipe.sampler, schedule, grid);
    const model::SampleSpace& space = card.space;
    return {.schedule = std::move(schedule),
            .grid = std::move(grid),
            .denoiser = denoise::clipped(std::move(guided), recipe.clipping),
            .sampler = std::move(sampler),
            .noise = std::make_unique<run::SeededNoise>(recipe.seed),
            .condition = recipe.condition,
            .shape = {recipe.batch, space.channels, space.height, space.width},
            .storedPerFrame = 3};
}

recipe::Recipe guidedRecipe(int images, int steps, int round)
{
    recipe::Recipe recipe;
    recipe.batch = images;
    recipe.steps = steps;
    recipe.guidance.scale = 3;
    recipe.condition = {{0, 1, 2, 3}};
    recipe.seed = std::uint64_t(round + 1);
    return recipe;
}

/// Whole runs through SampledRun.
struct WholeRuns
{
    std::vector<double> seconds;
    std::vector<double> overNetwork;  ///< run ÷ its evaluations
    std::vector<double> alone;        ///< its evaluations ÷ the same ones once more, alone

    void measure(TimedNetwork& network, const recipe::Recipe& recipe)
    {
        network.forget();
        const auto start = Clock::now();
        run::SampledRun run(partsOf(network, recipe));
        while (run.advance({})) {
        }
        const double runMs = msSince(start);
        seconds.push_back(runMs / 1000);
        overNetwork.push_back(runMs / network.ms());
        alone.push_back(network.ms() / network.repeatedMs());
    }
};

/// Parts of the steps' time beside the network's, each divided by that.
struct StepShares
{
    std::vector<double> record, arithmetic;

    void measure(TimedNetwork& network, const recipe::Recipe& recipe)
    {
        run::RunParts parts = partsOf(network, recipe);
        network.forget();
        const record::BatchShape& shape = parts.shape;
        const Tensor noise =
            parts.noise->initial({shape.batch, shape.channels, shape.height, shape.width}, torch::kFloat);
        run::SamplingLoop loop(
            {*parts.denoiser, *parts.sampler, parts.schedule, parts.grid, *parts.noise, parts.condition},
            run::initialState(noise, parts.grid[0]));
        std::vector<record::FramePtr> frames;  // kept, as a run's are: fresh memory is a part of the cost
        double recordMs = 0, stepMs = 0;
        while (!loop.isDone()) {
            const int index = loop.index();
            const auto start = Clock::now();
            const run::StepReport report = loop.advance();
            const auto advanced = Clock::now();
            frames.push_back(std::make_shared<record::Frame>(
                run::recordStep(report, index, parts.grid, shape, record::Precision::full)));
            recordMs += msSince(advanced);
            stepMs += msSince(start);
        }
        record.push_back(recordMs / network.ms());
        arithmetic.push_back((stepMs - recordMs - network.ms()) / network.ms());
    }
};

std::vector<Figure> wholeRunFigures(TimedNetwork& network, const std::string& precision, double goalSeconds,
                                    const RunEffort& effort)
{
    WholeRuns warmUp, runs;
    warmUp.measure(network, guidedRecipe(16, effort.steps, -1));
    for (int round = 0; round < effort.rounds; ++round)
        runs.measure(network, guidedRecipe(16, effort.steps, round));
    const std::string name = "16 images × " + std::to_string(effort.steps) + " steps, guided, " + precision;
    return {{"run: " + name, median(runs.seconds), "s", goalSeconds},
            {"run ÷ (evaluations × network), " + precision, median(runs.overNetwork), "", 1.03},
            {"evaluations in the run ÷ the same alone, " + precision, median(runs.alone), ""}};
}

std::vector<Figure> shareFigures(TimedNetwork& network, int images, const RunEffort& effort)
{
    StepShares shares;
    for (int round = 0; round < effort.rounds; ++round)
        shares.measure(network, guidedRecipe(images, effort.steps, round));
    std::vector<double> both;
    for (std::size_t i = 0; i < shares.record.size(); ++i)
        both.push_back(shares.record[i] + shares.arithmetic[i]);
    const std::string batch = " ÷ network, " + std::to_string(images) + " images";
    return {{"record" + batch, 100 * median(shares.record), "%", 2},
            {"sampler and guidance" + batch, 100 * median(shares.arithmetic), "%"},
            {"all of it" + batch, 100 * median(both), "%", 2}};
}

/// What it would take to have an image that is looked at first, before the rest of its batch.
Figure oneImageFigure(TimedNetwork& network, const RunEffort& effort)
{
    WholeRuns one, all;
    for (int round = 0; round < effort.rounds; ++round) {
        one.measure(network, guidedRecipe(1, effort.steps, round));
        all.measure(network, guidedRecipe(64, effort.steps, round));
    }
    return {"run of 1 image ÷ run of 64, guided", 100 * median(one.seconds) / median(all.seconds), "%"};
}

}  // namespace

std::vector<Figure> runFigures(const std::filesystem::path& modelFolder, const RunEffort& effort)
{
    inference::setUpComputeThreads(1);  // ParallelForward has the others
    const c10::InferenceMode inference;
    std::vector<Figure> figures;
    const auto add = [&figures](const std::vector<Figure>& more) {
        figures.insert(figures.end(), more.begin(), more.end());
    };
    TimedNetwork full(modelFolder.string(), model::ConvolutionPrecision::Float32);
    add(wholeRunFigures(full, "float32", 0.6, effort));
    for (const int images : {16, 64})
        add(shareFigures(full, images, effort));
    figures.push_back(oneImageFigure(full, effort));
    if (inference::bfloat16Kernels()) {
        TimedNetwork narrow(modelFolder.string(), model::ConvolutionPrecision::BFloat16);
        add(wholeRunFigures(narrow, "bfloat16", 0.35, effort));
    }
    return figures;
}

}  // namespace diffuscope::bench
