// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loop/training_loop.h"

#include "core/base/error.h"
#include "core/model/safetensors.h"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <future>
#include <vector>

namespace diffuscope::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double lossMemory = 0.99;

// Loss and rate, smoothed for the eye.
class ProgressMeter
{
public:
    ProgressMeter(int64_t steps, int batch, double loss) : m_steps(steps), m_batch(batch), m_loss(loss) {}

    TrainingProgress after(int64_t stepsDone, double loss)
    {
        const auto now = Clock::now();
        const double seconds = std::chrono::duration<double>(now - m_last).count();
        m_last = now;
        m_stepSeconds = m_stepSeconds == 0.0 ? seconds : 0.98 * m_stepSeconds + 0.02 * seconds;
        m_loss = m_loss == 0.0 ? loss : lossMemory * m_loss + (1.0 - lossMemory) * loss;
        return {stepsDone, m_steps, m_loss, m_batch / m_stepSeconds,
                m_stepSeconds * static_cast<double>(m_steps - stepsDone)};
    }

    // Leaves out the time since the last step (spent on saving or previews).
    void restartClock() { m_last = Clock::now(); }
    double loss() const { return m_loss; }

private:
    int64_t m_steps;
    int m_batch;
    double m_loss;
    double m_stepSeconds = 0.0;
    Clock::time_point m_last = Clock::now();
};

void saveCheckpoint(const Optimizer& optimizer, const TrainingOptions& options, const std::string& folder,
                    int64_t stepsDone, double loss)
{
    model::writeSafetensors(checkpointPath(folder), optimizer.state(),
                            {{"format", "diffuscope-checkpoint"},
                             {"step", std::to_string(stepsDone)},
                             {"loss", std::to_string(loss)},
                             {"options", toText(options)}});
}

model::TensorFile readCheckpoint(const std::string& folder)
{
    auto file = model::readSafetensors(checkpointPath(folder));
    if (file.metadata["format"] != "diffuscope-checkpoint") {
        throw Error(ErrorCode::invalidFile, checkpointPath(folder) + " is not a training checkpoint.",
                    "Give the folder of a training.");
    }
    return file;
}

int64_t stepOf(model::TensorFile& file, const std::string& folder)
{
    try {
        return std::stoll(file.metadata["step"]);
    } catch (const std::exception&) {
        throw Error(ErrorCode::invalidFile, checkpointPath(folder) + " does not say its step.",
                    "Train from the start without --resume.");
    }
}

// `remedy` is what to do where the file's tensor does not fit.
void copyInto(torch::Tensor target, model::TensorFile& file, const std::string& name,
              const std::string& folder, const std::string& remedy)
{
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end() || found->second.scalar_type() != torch::kFloat32 ||
        found->second.sizes() != target.sizes()) {
        throw Error(ErrorCode::invalidFile,
                    checkpointPath(folder) + " does not fit the network: its tensor \"" + name +
                        "\" is missing or has another size.",
                    remedy);
    }
    torch::NoGradGuard noGrad;
    target.copy_(found->second);
}

int64_t resumeFrom(const std::string& folder, const TrainingOptions& options, Optimizer& optimizer,
                   double& loss)
{
    auto file = readCheckpoint(folder);
    if (!isSameTraining(trainingOptionsFromText(file.metadata["options"], checkpointPath(folder)), options)) {
        throw Error(ErrorCode::invalidFile,
                    checkpointPath(folder) + " was written by a training with other options.",
                    "Give --resume alone to use its own.");
    }
    for (auto& [name, tensor] : optimizer.state())
        copyInto(tensor, file, name, folder, "Train from the start without --resume.");
    loss = std::atof(file.metadata["loss"].c_str());
    return stepOf(file, folder);
}

// The other training's average becomes the weights and their average; the optimizer's moments begin at zero.
void startFrom(const std::string& folder, Optimizer& optimizer)
{
    auto file = readCheckpoint(folder);
    for (auto& [name, tensor] : optimizer.state()) {
        if (name == "weights" || name.starts_with("average")) {
            copyInto(tensor, file, "average", folder,
                     "Start from a training with the same architecture, or without --start-from.");
        }
    }
}

// Adds the gradients of the step's batch to every replica's; returns the loss.
double differentiate(TrainingTask& task, int64_t step)
{
    task.prepare(step);
    const auto work = [&task](int replica) {
        const torch::Tensor loss = task.loss(replica);
        loss.backward();
        return loss.item<double>();
    };
    std::vector<std::future<double>> others;
    for (int replica = 1; replica < task.replicas(); ++replica)
        others.push_back(std::async(std::launch::async, work, replica));
    double loss = work(0);
    for (auto& other : others)
        loss += other.get();
    return loss;
}

[[noreturn]] void refuseLoss(int64_t step, const std::string& folder)
{
    const std::string last = checkpointPath(folder);
    throw Error(ErrorCode::notFinite,
                "The loss stopped being a finite number at step " + std::to_string(step) + ".",
                std::string("Lower --learning-rate and train again; ") +
                    (std::filesystem::exists(last) ? "the last good checkpoint is " + last + "."
                                                   : "there was no checkpoint yet."));
}

/// A picture for the eye: a training goes on without it.
void writePreview(TrainingTask& task, Optimizer& optimizer, const LoopSettings& settings, int64_t stepsDone)
{
    const auto name = "preview-" + std::to_string(stepsDone) + ".png";
    optimizer.useAverage();
    try {
        task.writePreview((std::filesystem::path(settings.outputFolder) / name).string());
    } catch (const Error& error) {
        if (settings.onNote)
            settings.onNote(std::string("There is no preview of step ") + std::to_string(stepsDone) + ": " +
                            error.what());
    }
    optimizer.useWeights();
}

}  // namespace

std::string checkpointPath(const std::string& outputFolder)
{
    return (std::filesystem::path(outputFolder) / "checkpoint.safetensors").string();
}

TrainingOptions readCheckpointOptions(const std::string& outputFolder)
{
    auto file = readCheckpoint(outputFolder);
    return trainingOptionsFromText(file.metadata["options"], checkpointPath(outputFolder));
}

int64_t loadAveragedWeights(const std::string& outputFolder, torch::nn::Module& module,
                            std::optional<double> decay)
{
    auto file = readCheckpoint(outputFolder);
    const std::string name = decay ? Optimizer::averageName(*decay) : "average";
    if (decay && !file.tensors.contains(name))
        throw Error(ErrorCode::invalidOption, checkpointPath(outputFolder) + " keeps no " + name + ".",
                    "Choose a decay that the training was given with --ema-also.");
    Optimizer optimizer({&module}, {});
    copyInto(optimizer.state().front().second, file, name, outputFolder,
             "Train the model anew; this checkpoint is of another program.");
    return stepOf(file, outputFolder);
}

TrainingOutcome trainTask(TrainingTask& task, const TrainingOptions& options, const LoopSettings& settings)
{
    std::error_code ignored;  // a folder that cannot be made shows when the first checkpoint is written
    std::filesystem::create_directories(settings.outputFolder, ignored);
    std::vector<torch::nn::Module*> modules;
    for (int replica = 0; replica < task.replicas(); ++replica)
        modules.push_back(&task.module(replica));
    Optimizer optimizer(modules, options.optimizer);
    const int64_t steps = options.optimizer.steps;
    double loss = 0.0;
    if (!settings.resume && !options.startFrom.empty())
        startFrom(options.startFrom, optimizer);
    int64_t done = settings.resume ? resumeFrom(settings.outputFolder, options, optimizer, loss) : 0;
    ProgressMeter meter(steps, options.optimizer.batch, loss);
    const auto save = [&] { saveCheckpoint(optimizer, options, settings.outputFolder, done, meter.loss()); };

    while (done < steps) {
        if (settings.stopRequested && settings.stopRequested()) {
            save();
            return TrainingOutcome::Stopped;
        }
        const double lossNow = differentiate(task, done);
        if (!std::isfinite(lossNow) || !std::isfinite(optimizer.update(done)))
            refuseLoss(done, settings.outputFolder);
        ++done;
        const auto progress = meter.after(done, lossNow);
        if (settings.onProgress)
            settings.onProgress(progress);
        if (done % settings.checkpointEvery == 0 || done == steps) {
            save();
            meter.restartClock();
        }
        if (done % settings.previewEvery == 0 || done == steps) {
            writePreview(task, optimizer, settings, done);
            meter.restartClock();
        }
    }
    optimizer.useAverage();
    return TrainingOutcome::Finished;
}

}  // namespace diffuscope::train
