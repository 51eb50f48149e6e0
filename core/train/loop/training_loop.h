// SPDX-License-Identifier: GPL-3.0-or-later
// The training loop: optimise, average, report, save, resume exactly, stop on request.
#pragma once

#include "core/train/loop/training_options.h"
#include "core/train/tasks/training_task.h"

#include <functional>
#include <optional>
#include <string>

namespace diffuscope::train {

struct TrainingProgress
{
    int64_t step = 0;  // steps done
    int64_t steps = 0;
    double loss = 0.0;  // moving average over about 100 steps
    double imagesPerSecond = 0.0;
    double secondsLeft = 0.0;
};

struct LoopSettings
{
    std::string outputFolder;  // gets checkpoint.safetensors and previews
    int64_t checkpointEvery = 500;
    int64_t previewEvery = 1000;
    bool resume = false;
    std::function<void(const TrainingProgress&)> onProgress;  // after every step
    std::function<bool()> stopRequested;                      // asked before every step
    std::function<void(const std::string&)> onNote{};  // of what went wrong without ending the training
};

enum class TrainingOutcome { Finished, Stopped };

std::string checkpointPath(const std::string& outputFolder);

/// Reads the options of the checkpoint in the folder, for resuming. Throws Error.
TrainingOptions readCheckpointOptions(const std::string& outputFolder);

/// Puts the checkpoint's averaged weights into the module, whose shape must fit; those of another decay that
/// the training kept (OptimizerOptions::moreEmaDecays) where one is named. Throws Error. Returns the number
/// of steps done.
int64_t loadAveragedWeights(const std::string& outputFolder, torch::nn::Module& module,
                            std::optional<double> decay = {});

/// Trains to options.optimizer.steps; leaves the averaged weights in the module. A stop request saves a
/// checkpoint. Throws Error(notFinite) where the loss stops being a number (the last checkpoint stays),
/// Error where a checkpoint cannot be read or written.
TrainingOutcome trainTask(TrainingTask& task, const TrainingOptions& options, const LoopSettings& settings);

}  // namespace diffuscope::train
