// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/denoise/noise_classifier.h"

#include "core/base/error.h"
#include "core/denoise/training_level.h"

#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

namespace diffuscope::denoise {

namespace {

void requireKnown(const TrainedClassifier& classifier, int label)
{
    if (label < classifier.classes)
        return;
    throw Error(ErrorCode::invalidOption,
                "The noise-aware classifier of \"" + classifier.name + "\" knows no class " +
                    std::to_string(label) + ".",
                "Choose a class from 0 to " + std::to_string(classifier.classes - 1) + ".");
}

/// [B, classes]: 1 for the class to go to, −1 for the one to leave, all 0 for an image without a class.
Tensor directions(const TrainedClassifier& classifier, std::int64_t batch, const recipe::Condition& towards,
                  int awayFrom)
{
    requireKnown(classifier, awayFrom);
    Tensor weights = torch::zeros({batch, classifier.classes}, torch::kDouble);
    auto values = weights.accessor<double, 2>();
    for (std::int64_t k = 0; k < batch; ++k) {
        const int label = towards.classOf(int(k));
        requireKnown(classifier, label);
        if (label < 0)
            continue;
        values[k][label] += 1;
        if (awayFrom >= 0)
            values[k][awayFrom] -= 1;
    }
    return weights.to(classifier.device, classifier.type);
}

}  // namespace

Tensor logProbabilityGradient(const TrainedClassifier& classifier, const Tensor& x,
                              const schedule::NoiseLevel& level, const recipe::Condition& towards,
                              int awayFrom)
{
    // A run computes in inference mode, and what is made there cannot be differentiated: step out of it for
    // this one sum, with a copy of the state.
    const c10::InferenceMode noInference(false);
    const at::AutoGradMode withGradients(true);
    const schedule::NoiseLevel known = trainingLevel(classifier.schedule, level);
    Tensor state = x.detach().to(classifier.device, classifier.type, /*non_blocking=*/false, /*copy=*/true);
    state.requires_grad_(true);
    const Tensor t = torch::full({x.size(0)}, known.t,
                                 torch::TensorOptions().dtype(classifier.type).device(classifier.device));
    const Tensor logits = classifier.logits(state * toTrainingScale(level, known), t);
    // Each image's logits depend on that image alone, so the gradient of the sum is that of each.
    const Tensor sum = (logits.log_softmax(1) * directions(classifier, x.size(0), towards, awayFrom)).sum();
    const Tensor gradient = torch::autograd::grad({sum}, {state})[0];
    if (!torch::isfinite(gradient).all().item<bool>())
        throw Error(
            ErrorCode::notFinite,
            "The noise-aware classifier of \"" + classifier.name + "\" produced numbers that are not finite.",
            "Its weights may be damaged or its training may have diverged: train it again.");
    return gradient.to(x.device(), x.scalar_type());
}

}  // namespace diffuscope::denoise
