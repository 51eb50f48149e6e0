// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/guiding_classifier.h"

#include "core/base/error.h"
#include "core/model/classifiers/noise_classifier.h"
#include "core/schedule/schedule_registry.h"

namespace diffuscope::run {

namespace {

void requireSameImages(const model::NoiseClassifierCard& card, const model::ModelCard& model)
{
    const model::SampleSpace seen =
        model::SampleSpace::pixels(card.imageChannels, card.imageHeight, card.imageWidth);
    const bool fits = model.space == seen && card.classes == int(model.classNames.size());
    if (!fits)
        throw Error(ErrorCode::invalidOption,
                    "The noise-aware classifier of the model \"" + model.name +
                        "\" knows images of another size or other classes.",
                    "Choose another guidance rule, or train a classifier of the model's images.");
}

}  // namespace

denoise::TrainedClassifier guidingClassifier(const std::filesystem::path& modelFolder,
                                             const model::ModelCard& model, const torch::Device& device)
{
    if (!model::hasNoiseClassifier(modelFolder.string()))
        throw Error(ErrorCode::invalidOption,
                    "The model \"" + model.name +
                        "\" has no noise-aware classifier, which classifier guidance needs.",
                    "Choose another guidance rule, or train one with \"diffuscope-cli train --task "
                    "noise-classifier\" and put it there with \"diffuscope-cli export\".");
    auto loaded = model::loadNoiseClassifier(model::noiseClassifierFolder(modelFolder.string()));
    requireSameImages(loaded.card, model);
    loaded.net->to(device);
    return {.name = model.name,
            .logits = [net = loaded.net](const torch::Tensor& x,
                                         const torch::Tensor& t) mutable { return net->forward(x, t); },
            .schedule = schedule::makeSchedule(loaded.card.schedule),
            .classes = loaded.card.classes,
            .device = device};
}

}  // namespace diffuscope::run
