// SPDX-License-Identifier: GPL-3.0-or-later
// How well a text-conditional model does what it is told: a classifier of attributes looks at what it makes
// of random prompts.
#pragma once

#include "core/measure/generation.h"
#include "core/model/checkpoint.h"
#include "core/model/classifiers/attribute_classifier.h"
#include "core/train/data/captioned_split.h"
#include "core/train/data/portrait_prompts.h"

#include <functional>
#include <string>
#include <vector>

namespace diffuscope::train {

struct TextEvaluationRequest
{
    int images = 2000;        ///< for random prompts, at each guidance scale
    int heldOutImages = 512;  ///< for prompts with held-out pairs
    std::vector<double> guidance = {1, 3, 5};
    std::vector<std::string> heldOut{};       ///< the pairs that the training left out
    measure::GenerationRequest generation{};  ///< its classes and guidance are set here
    std::function<void(const std::string&)> onProgress{};
};

struct TextEvaluation
{
    model::TextQuality quality;
    /// Of the prompts that did not name it: how often each attribute was seen all the same, by attribute and
    /// guidance scale, beside its share in the data. Of the attributes that an image can be without.
    struct Uncalled
    {
        std::string name;
        double shareInData = 0;
        std::vector<double> share;
    };
    std::vector<Uncalled> uncalled;
    /// Agreement in both attributes of each held-out pair, by pair and guidance scale.
    std::vector<std::vector<double>> byPair;
};

/// Generates, judges and counts. The judge's own accuracy is measured on the images that neither it nor the
/// model was trained on, and for pairs on those of them that have one of the pairs and on the held-out
/// images, which the judge alone was shown. Throws Error.
TextEvaluation evaluateText(const std::shared_ptr<model::Model>& model,
                            model::AttributeClassifier& classifier, const CaptionedImages& images,
                            const TextEvaluationRequest& request);

}  // namespace diffuscope::train
