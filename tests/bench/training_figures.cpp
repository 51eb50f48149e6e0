// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/training_figures.h"

#include "core/inference/compute_threads.h"
#include "core/model/checkpoint.h"
#include "core/model/unet/unet_kind.h"
#include "core/train/loop/training_loop.h"
#include "core/train/tasks/diffusion_task.h"
#include "tests/bench/plain_network.h"

#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <random>
#include <thread>
#include <unistd.h>

namespace diffuscope::bench {

namespace {

using torch::Tensor;
using StepClock = std::chrono::steady_clock;

/// Steps that are left out at the beginning: memory is fresh, and oneDNN chooses its loops.
constexpr int warmUpSteps = 2;

/// Pixels at random: what is learned does not matter.
std::shared_ptr<const train::LabelledImages> randomImages(const model::UNetConfig& config)
{
    auto images = std::make_shared<train::LabelledImages>();
    images->count = 1024;
    images->height = config.imageHeight;
    images->width = config.imageWidth;
    std::mt19937 random(1);
    const auto pixels = std::size_t(images->count) * std::size_t(images->height * images->width);
    for (std::size_t i = 0; i < pixels; ++i)
        images->pixels.push_back(static_cast<std::uint8_t>(random() & 0xffU));
    for (std::int64_t i = 0; i < images->count; ++i)
        images->labels.push_back(static_cast<std::uint8_t>(random() % unsigned(config.classes)));
    return images;
}

/// Of all threads of this program.
double programMs()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return 1e3 * double(time.tv_sec) + 1e-6 * double(time.tv_nsec);
}

/// What each step that counts takes.
class StepTimes
{
public:
    void stepDone()
    {
        const auto now = StepClock::now();
        const double program = programMs();
        if (++m_steps > warmUpSteps) {
            m_ms.push_back(std::chrono::duration<double, std::milli>(now - m_last).count());
            m_processorMs.push_back(program - m_lastProgram);
        }
        m_last = now;
        m_lastProgram = program;
    }
    double medianMs() const { return median(m_ms); }
    double medianProcessorMs() const { return median(m_processorMs); }

private:
    StepClock::time_point m_last = StepClock::now();
    double m_lastProgram = programMs();
    int m_steps = 0;
    std::vector<double> m_ms, m_processorMs;
};

StepTimes ourSteps(const std::shared_ptr<const train::LabelledImages>& images,
                   const model::UNetConfig& config, const TrainingEffort& effort, int threads)
{
    inference::setUpComputeThreads(1);
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("diffuscope-bench-" + std::to_string(::getpid()));
    train::TrainingOptions options;
    options.network = config;
    options.precision = "float32";
    options.optimizer.batch = effort.batch;
    options.optimizer.steps = 1'000'000;  // it is stopped; the last step would draw a preview
    StepTimes times;
    int steps = 0;
    train::DiffusionTask task(images, options, threads);
    train::trainTask(task, options,
                     {.outputFolder = folder.string(),
                      .onProgress =
                          [&](const train::TrainingProgress&) {
                              times.stepDone();
                              ++steps;
                          },
                      .stopRequested = [&] { return steps >= warmUpSteps + effort.steps; }});
    std::filesystem::remove_all(folder);
    return times;
}

/// The same training as a tutorial would write it.
StepTimes plainSteps(const std::shared_ptr<const train::LabelledImages>& images,
                     const model::UNetConfig& config, const TrainingEffort& effort, int threads)
{
    inference::setUpComputeThreads(threads);
    torch::manual_seed(1);
    model::UNet net(config);
    const PlainNetwork plain(net);
    const train::OptimizerOptions usual;
    torch::optim::AdamW optimizer(net->parameters(), torch::optim::AdamWOptions(usual.learningRate));
    std::vector<Tensor> average;
    for (const Tensor& parameter : net->parameters())
        average.push_back(parameter.detach().clone());
    const Tensor pixels = torch::tensor(torch::ArrayRef<std::uint8_t>(images->pixels), torch::kUInt8)
                              .view({images->count, 1, config.imageHeight, config.imageWidth});
    const Tensor labels =
        torch::tensor(torch::ArrayRef<std::uint8_t>(images->labels), torch::kUInt8).to(torch::kLong);
    const Tensor alphaBar = torch::linspace(0.999, 0.001, 1000);
    StepTimes times;
    for (int step = 0; step < warmUpSteps + effort.steps; ++step) {
        const Tensor chosen = torch::randint(images->count, {effort.batch}, torch::kLong);
        const Tensor x0 = pixels.index_select(0, chosen).to(torch::kFloat) / 127.5 - 1;
        const Tensor t = torch::randint(1000, {effort.batch}, torch::kLong), eps = torch::randn_like(x0);
        const Tensor share = alphaBar.index_select(0, t).view({-1, 1, 1, 1});
        const Tensor x = share.sqrt() * x0 + (1 - share).sqrt() * eps;
        const Tensor predicted = plain.forward(x, t.to(torch::kFloat), labels.index_select(0, chosen));
        optimizer.zero_grad();
        at::mse_loss(predicted, eps).backward();
        torch::nn::utils::clip_grad_norm_(net->parameters(), usual.gradientClip);
        optimizer.step();
        const torch::NoGradGuard noGrad;
        for (std::size_t i = 0; i < average.size(); ++i)
            average[i].lerp_(net->parameters()[i], 1 - usual.emaDecay);
        times.stepDone();
    }
    // LibTorch's threads wait for more work in a busy loop, for a while.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return times;
}

}  // namespace

std::vector<Figure> trainingFigures(const std::filesystem::path& modelFolder, const TrainingEffort& effort)
{
    const model::UNetConfig config = model::unetConfig(model::readModelCard(modelFolder.string()));
    const auto images = randomImages(config);
    const int threads = std::max(1, int(std::thread::hardware_concurrency()));
    std::vector<double> ours, plain, ratios, ratiosOnOneThread;
    for (int round = 0; round < effort.rounds; ++round) {
        plain.push_back(plainSteps(images, config, effort, threads).medianMs());
        ours.push_back(ourSteps(images, config, effort, threads).medianMs());
        ratios.push_back(plain.back() / ours.back());
        ratiosOnOneThread.push_back(plainSteps(images, config, effort, 1).medianProcessorMs() /
                                    ourSteps(images, config, effort, 1).medianProcessorMs());
    }
    const std::string batch = ", batch " + std::to_string(effort.batch);
    return {{"training, LibTorch as usual" + batch, 1000 * effort.batch / median(plain), "images/s"},
            {"training, ours" + batch, 1000 * effort.batch / median(ours), "images/s"},
            {"training, times as fast as LibTorch" + batch, median(ratios), "×", {}, 1.3},
            {"the same, processor time on one thread" + batch, median(ratiosOnOneThread), "×"}};
}

}  // namespace diffuscope::bench
