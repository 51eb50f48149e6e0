// SPDX-License-Identifier: GPL-3.0-or-later
// Trains a rival of diffusion, a VAE or a GAN, on labelled images.
#pragma once

#include "core/train/data/idx.h"
#include "core/train/loop/training_options.h"
#include "core/train/tasks/training_task.h"

#include <memory>

namespace diffuscope::train {

/// The task of options.rival. Throws Error(invalidOption) where the images have another size or more classes.
std::unique_ptr<TrainingTask> makeRivalTask(std::shared_ptr<const LabelledImages> images,
                                            const TrainingOptions& options, int replicas);

}  // namespace diffuscope::train
