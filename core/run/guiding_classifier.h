// SPDX-License-Identifier: GPL-3.0-or-later
// The noise-aware classifier that a model brings for classifier guidance.
#pragma once

#include "core/denoise/noise_classifier.h"
#include "core/model/model_card.h"

#include <torch/types.h>

#include <filesystem>

namespace diffuscope::run {

/// Reads it from MODEL/noise-classifier. Throws Error(invalidOption) that names the model where it has none,
/// and where the classifier is one of other images or classes; Error(invalidFile) for a damaged one.
denoise::TrainedClassifier guidingClassifier(const std::filesystem::path& modelFolder,
                                             const model::ModelCard& model, const torch::Device& device);

}  // namespace diffuscope::run
