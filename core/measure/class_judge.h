// SPDX-License-Identifier: GPL-3.0-or-later
// Asks a model's own classifier whether images show the classes that a recipe asks for. No torch in here.
#pragma once

#include "core/recipe/recipe.h"
#include "core/record/image_batch.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace diffuscope::measure {

/// Loads the classifier of each model once. One thread uses one judge.
class ClassJudge
{
public:
    /// Where models are looked for (see model::modelFolders()).
    explicit ClassJudge(std::vector<std::filesystem::path> modelFolders);
    ~ClassJudge();

    /// The share of the images [B, C, H, W], cut to [-1, 1], in which the classifier sees the class that the
    /// recipe asks for, 0 … 1; images without a class are left out. Throws Error(invalidOption) where none
    /// has one, and Error(missingFile) for a model without a classifier.
    double agreement(const recipe::Recipe& recipe, const record::ImageBatch& images);

private:
    struct Loaded;
    std::unique_ptr<Loaded> m_loaded;
};

}  // namespace diffuscope::measure
