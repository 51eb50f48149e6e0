// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/network_figures.h"

#include "core/inference/compute_threads.h"
#include "core/inference/packed_matrix.h"
#include "core/model/checkpoint.h"
#include "core/model/unet/parallel_forward.h"
#include "tests/bench/plain_network.h"
#include "tests/support/loaded_unet.h"

#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iterator>
#include <map>
#include <memory>
#include <numeric>
#include <thread>

namespace diffuscope::bench {

namespace {

using Clock = std::chrono::steady_clock;

/// Of this thread: what other programs take of the machine does not count.
double processorMs()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e3 * double(time.tv_sec) + 1e-6 * double(time.tv_nsec);
}

/// Images, times and classes to ask networks about.
struct Batch
{
    Batch(const model::UNetConfig& config, int count)
        : images(count),
          x(torch::randn({count, config.imageChannels, config.imageHeight, config.imageWidth})),
          time(torch::full({count}, 500.0)),
          classes(torch::zeros({count}, torch::kLong))
    {
    }

    template <typename Network>
    double evaluationMs(Network& network) const
    {
        const auto start = Clock::now();
        network.forward(x, time, classes);
        return msSince(start);
    }
    /// The processor time of an evaluation by a network that stays on this thread.
    template <typename Network>
    double processorTimeMs(Network& network) const
    {
        const double start = processorMs();
        network.forward(x, time, classes);
        return processorMs() - start;
    }

    int images;
    torch::Tensor x, time, classes;
};

/// The same weights in each of the ways to evaluate them.
struct Ways
{
    explicit Ways(const std::string& folder)
        : net(test::loadedUNet(folder)),
          made(model::makePlan(*net)),
          operators(net),
          plan(net, 0, made),
          planOnOneThread(net, 1, made),
          planOnTwoThreads(net, 2, made)
    {
        if (inference::bfloat16Kernels()) {
            model::UNet copy = test::loadedUNet(folder);  // a network has one precision
            copy->setConvolutionPrecision(model::ConvolutionPrecision::BFloat16);
            const model::PlanOrReason madeNarrow = model::makePlan(*copy);
            narrow = std::make_unique<model::ParallelForward>(copy, 0, madeNarrow);
            narrowOnOneThread = std::make_unique<model::ParallelForward>(copy, 1, madeNarrow);
        }
    }

    model::UNet net;
    model::PlanOrReason made;
    PlainNetwork operators;
    model::ParallelForward plan;
    model::ParallelForward planOnOneThread;
    model::ParallelForward planOnTwoThreads;
    /// Null where the processor has no bfloat16.
    std::unique_ptr<model::ParallelForward> narrow, narrowOnOneThread;
};

/// Milliseconds an evaluation, by round; what is of the same round was measured one after the other.
struct Timings
{
    std::vector<double> operators, modules, plan, narrow;
    std::vector<double> alone;  ///< the plan on one thread
    /// Processor time.
    std::vector<double> operatorsOnOneThread, planOnOneThread, narrowOnOneThread;

    void measure(Ways& ways, const Batch& batch)
    {
        inference::setUpComputeThreads(1);
        planOnOneThread.push_back(batch.processorTimeMs(ways.planOnOneThread));
        if (ways.narrow)
            narrowOnOneThread.push_back(batch.processorTimeMs(*ways.narrowOnOneThread));
        operatorsOnOneThread.push_back(batch.processorTimeMs(ways.operators));
        inference::setUpComputeThreads(0);
        operators.push_back(batch.evaluationMs(ways.operators));
        modules.push_back(batch.evaluationMs(*ways.net));
        // LibTorch's threads wait for more work in a busy loop, for a while.
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        plan.push_back(batch.evaluationMs(ways.plan));
        alone.push_back(batch.evaluationMs(ways.planOnOneThread));
        if (ways.narrow)
            narrow.push_back(batch.evaluationMs(*ways.narrow));
    }
};

double medianRatio(const std::vector<double>& a, const std::vector<double>& b)
{
    std::vector<double> ratios;
    for (std::size_t i = 0; i < a.size(); ++i)
        ratios.push_back(a[i] / b[i]);
    return median(ratios);
}

/// What all cores multiply and add in matrix products that stay in the cache, in GFLOP/s: all of them at
/// work, each by the processor time that it got, so that what other programs take of it does not count.
double productPeak(const inference::Kernels* kernels)
{
    if (!kernels)
        return 0;
    constexpr int rowCount = 32, depth = 192, columns = 96, repetitions = 3000;
    using inference::PackedMatrix, inference::Storage;
    const std::vector<float> values(std::size_t{depth} * columns, 0.5f);
    const PackedMatrix matrix(*kernels, Storage::kernels, values, depth, columns);
    inference::ThreadCrew crew(0);
    std::vector<double> speeds(crew.size());
    crew.run(crew.size(), [&](std::size_t thread) {
        const std::vector<float> numbers(std::size_t{rowCount} * depth, 0.25f);
        inference::AlignedBytes rows(numbers.size() * sizeof(float));
        kernels->store(numbers.data(), static_cast<std::ptrdiff_t>(numbers.size()), rows.data());
        std::vector<float> result(std::size_t{rowCount} * columns);
        inference::Product product = matrix.product();
        product.rows = rows.data();
        product.rowStride = depth;
        product.rowCount = rowCount;
        product.result = result.data();
        product.resultStride = columns;
        const double start = processorMs();
        for (int i = 0; i < repetitions; ++i)
            matrix.multiply(product);
        speeds[thread] = 2.0 * rowCount * depth * columns * repetitions / (processorMs() - start) * 1e-6;
    });
    return std::accumulate(speeds.begin(), speeds.end(), 0.0);
}

/// What it is worth to have a second thread for a single image.
Figure togetherFigure(Ways& ways, const Batch& image, int rounds)
{
    constexpr int evaluations = 20;  // of which each takes about a millisecond
    inference::setUpComputeThreads(1);
    std::vector<double> alone, together;
    for (int round = -1; round < evaluations * rounds; ++round) {
        const double one = image.evaluationMs(ways.planOnOneThread);
        const double two = image.evaluationMs(ways.planOnTwoThreads);
        if (round >= 0) {  // the first warms up
            alone.push_back(one);
            together.push_back(two);
        }
    }
    inference::setUpComputeThreads(0);
    return {"one image on two threads ÷ on one", medianRatio(together, alone), ""};
}

std::vector<Figure> figuresOf(const Timings& timings, int images)
{
    const std::string batch = ", batch " + std::to_string(images);
    // The goals: 8 times as fast for one image and 3.5 times for 32.
    const std::map<int, double> goals{{1, 8}, {32, 3.5}};
    Figure speedUp{"plan, times as fast as LibTorch" + batch, medianRatio(timings.operators, timings.plan),
                   "×"};
    if (goals.contains(images))
        speedUp.least = goals.at(images);
    std::vector<Figure> figures{
        {"LibTorch, operator by operator" + batch, median(timings.operators) / images, "ms/image"},
        {"our modules, one by one" + batch, median(timings.modules) / images, "ms/image"},
        {"plan, float32" + batch, median(timings.plan) / images, "ms/image"},
        speedUp,
        {"the same, processor time on one thread" + batch,
         medianRatio(timings.operatorsOnOneThread, timings.planOnOneThread), "×"},
        {"plan, all threads as fast as one" + batch, medianRatio(timings.alone, timings.plan), "×"}};
    if (!timings.narrow.empty()) {
        figures.push_back({"plan, bfloat16" + batch, median(timings.narrow) / images, "ms/image"});
        figures.push_back(
            {"bfloat16, times as fast as float32" + batch, medianRatio(timings.plan, timings.narrow), "×"});
        figures.push_back({"the same, processor time on one thread" + batch,
                           medianRatio(timings.planOnOneThread, timings.narrowOnOneThread), "×"});
        if (images == 32)
            figures.back().least = 1.6;
    }
    return figures;
}

}  // namespace

std::vector<Figure> machineFigures()
{
    return {{"machine peak: matrix products in the cache, float32", productPeak(inference::floatKernels()),
             "GFLOP/s"},
            {"machine peak, bfloat16", productPeak(inference::bfloat16Kernels()), "GFLOP/s"}};
}

std::vector<Figure> networkFigures(const std::filesystem::path& modelFolder, int rounds, double peak)
{
    inference::setUpComputeThreads(0);
    const c10::InferenceMode inference;
    Ways ways(modelFolder.string());
    std::vector<Figure> figures;
    for (const int images : {1, 2, 16, 32, 64}) {
        const Batch batch(ways.net->config(), images);
        Timings warmUp, timings;
        warmUp.measure(ways, batch);
        for (int round = 0; round < rounds; ++round)
            timings.measure(ways, batch);
        std::ranges::copy(figuresOf(timings, images), std::back_inserter(figures));
        if (images == 1)
            figures.push_back(togetherFigure(ways, batch, rounds));
        if (images == 32 && ways.plan.plan()) {
            // Both of one thread, by its processor time.
            const double cores = std::max(1u, std::thread::hardware_concurrency());
            const double peakMs = ways.plan.plan()->operationsPerImage() * images / (peak / cores) * 1e-6;
            figures.push_back({"share of that peak, the definition's operations, batch 32",
                               100 * peakMs / median(timings.planOnOneThread),
                               "%",
                               {},
                               60});
        }
    }
    return figures;
}

}  // namespace diffuscope::bench
