// SPDX-License-Identifier: GPL-3.0-or-later
// Turns a training of a noise-aware classifier into files that can be shipped beside the model it guides.
#pragma once

#include "core/model/classifiers/noise_classifier.h"
#include "core/train/data/idx.h"
#include "core/train/loop/training_options.h"

#include <functional>
#include <string>

namespace diffuscope::train {

/// Measures the averaged classifier on the test images at reportedTimes() and writes classifier.json,
/// classifier.safetensors and README.md to `trainingFolder`. `onProgress` hears of each time before it is
/// measured. Throws Error.
model::NoiseClassifierCard finishNoiseClassifier(const std::string& trainingFolder,
                                                 const TrainingOptions& options, const LabelledImages& test,
                                                 const std::function<void(int t)>& onProgress = {});

/// Copies what finishNoiseClassifier() wrote to MODEL/noise-classifier. Throws Error where the training is
/// not finished, and Error(invalidOption) where `modelFolder` is no model of the same images and classes.
model::NoiseClassifierCard exportNoiseClassifier(const std::string& trainingFolder,
                                                 const std::string& modelFolder);

}  // namespace diffuscope::train
