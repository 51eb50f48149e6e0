#include "core/sample/guiding_classifier.h"

#include "core/network/noise_classifier.h"
#include "core/registry/error.h"
#include "core/schedule/schedule_registry.h"

namespace diffuscope::sample {

namespace {

void requireSameImages(const network::NoiseClassifierCard& card, const network::ModelCard& model)
{
    const network::UNetConfig& images = model.architecture;
    const bool fits = card.imageChannels == images.imageChannels && card.imageHeight == images.imageHeight &&
                      card.imageWidth == images.imageWidth && card.classes == int(model.classNames.size());
    if (!fits)
        throw Error(ErrorCode::invalidOption,
                    "The noise-aware classifier of the model \"" + model.name +
                        "\" knows images of another size or other classes.",
                    "Choose another guidance rule, or train a classifier of the model's images.");
}

}  // namespace

denoise::TrainedClassifier guidingClassifier(const std::filesystem::path& modelFolder,
                                             const network::ModelCard& model, const torch::Device& device)
{
    if (!network::hasNoiseClassifier(modelFolder.string()))
        throw Error(ErrorCode::invalidOption,
                    "The model \"" + model.name +
                        "\" has no noise-aware classifier, which classifier guidance needs.",
                    "Choose another guidance rule, or train one with \"diffuscope-cli train --task "
                    "noise-classifier\" and put it there with \"diffuscope-cli export\".");
    auto loaded = network::loadNoiseClassifier(network::noiseClassifierFolder(modelFolder.string()));
    requireSameImages(loaded.card, model);
    loaded.net->to(device);
    return {.name = model.name,
            .logits = [net = loaded.net](const torch::Tensor& x,
                                         const torch::Tensor& t) mutable { return net->forward(x, t); },
            .schedule = schedule::makeSchedule(loaded.card.schedule),
            .classes = loaded.card.classes,
            .device = device};
}

}  // namespace diffuscope::sample
