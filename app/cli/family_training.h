// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the command "train" that belongs to the families beside the U-Net: transformer, few-step
// student, VAE, GAN, autoencoder.
#pragma once

#include "core/train/data/captioned_images.h"
#include "core/train/data/idx.h"
#include "core/train/loop/training_options.h"
#include "core/train/tasks/training_task.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace diffuscope::cli {

/// Options of the families' networks and losses.
void addFamilyOptions(CLI::App& command, train::TrainingOptions& options);

/// Gives the options what the data and the task determine: sizes, classes, target, schedule, the student's
/// network. Throws Error where the task is not for such data.
void fitFamilies(train::TrainingOptions& options, const train::LabelledImages& images);
void fitFamilies(train::TrainingOptions& options, const train::CaptionedImages& images);

/// The task where it is one of a family; null otherwise. `folder` is the training's.
std::unique_ptr<train::TrainingTask> makeFamilyTask(
    const train::TrainingOptions& options, const std::shared_ptr<const train::LabelledImages>& images,
    int replicas, const std::string& folder);
std::unique_ptr<train::TrainingTask> makeFamilyTask(
    const train::TrainingOptions& options, const std::shared_ptr<const train::CaptionedImages>& images,
    int replicas);

/// What a finished training says of itself; nothing for other tasks.
void reportFamily(const train::TrainingOptions& options, const std::string& folder);

}  // namespace diffuscope::cli
