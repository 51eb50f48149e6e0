// SPDX-License-Identifier: GPL-3.0-or-later
// How good a model's images are: class agreement and Fréchet distance, by a classifier of the same data.
#pragma once

#include "core/measure/generation.h"
#include "core/measure/precision_recall.h"
#include "core/model/classifiers/classifier.h"
#include "core/model/model_card.h"

namespace diffuscope::measure {

/// Images [N, C, H, W] float32 in [-1, 1] and their classes [N] int64.
struct LabelledTensors
{
    torch::Tensor images;
    torch::Tensor labels;
};

/// What the classifier says of images, on its device, in batches and without gradients; the tensors are the
/// processor's.
struct Judgement
{
    torch::Tensor features;  ///< [N, D]
    torch::Tensor classes;   ///< [N] int64, the likeliest class
};
Judgement judge(model::Classifier& classifier, const torch::Tensor& images);

/// Share of the images whose likeliest class is the label, 0 … 1.
double accuracy(model::Classifier& classifier, const LabelledTensors& data);

struct EvaluationRequest
{
    int images = 5000;
    GenerationRequest generation{};  ///< its classes are set here, in the test set's proportion
};

struct Evaluation
{
    model::ModelQuality quality;
    torch::Tensor images;                ///< what was generated
    std::vector<double> classAgreement;  ///< by class
    PrecisionRecall variety;             ///< of as many test images as generated ones, at most 2,000
    double msPerImage = 0;               ///< of generating, on all threads together
};

/// Generates images in the test set's proportion of classes and compares them with the test set; the floor
/// compares as many training images. Throws Error.
Evaluation evaluate(const GeneratingNetwork& network, model::Classifier& classifier,
                    const LabelledTensors& train, const LabelledTensors& test,
                    const EvaluationRequest& request);

}  // namespace diffuscope::measure
