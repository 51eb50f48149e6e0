// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loop/export_noise_classifier.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/model/model_card.h"
#include "core/train/data/labelled_tensors.h"
#include "core/train/loop/export_model.h"
#include "core/train/loop/training_loop.h"
#include "core/train/loop/training_recipe.h"
#include "core/train/tasks/noise_classifier_task.h"

#include <filesystem>
#include <sstream>

namespace diffuscope::train {
namespace {

namespace fs = std::filesystem;

std::string dataSetName(const std::string& dataFolder)
{
    const fs::path path = fs::path(dataFolder).lexically_normal();
    return (path.has_filename() ? path.filename() : path.parent_path().filename()).string();
}

model::NoiseClassifierCard describe(const TrainingOptions& options, const std::string& trainingFolder,
                                    int64_t stepsDone)
{
    const int classes = options.network.classes;
    const ModelNaming naming = namingFor(dataSetName(options.dataFolder), classes);
    model::NoiseClassifierCard card;
    card.name = naming.name;
    card.licence = naming.licence;
    card.data = naming.data;
    card.imageChannels = options.network.imageChannels;
    card.imageHeight = options.network.imageHeight;
    card.imageWidth = options.network.imageWidth;
    card.classes = classes;
    card.schedule = {options.schedule, {{"levels", static_cast<double>(options.levels)}}};
    card.training = describeTraining(options, stepsDone, trainingFolder);
    return card;
}

void writeReadme(const std::string& folder, const model::NoiseClassifierCard& card)
{
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << "# " << card.name << ": noise-aware classifier\n\n"
         << "Says of a noisy image and its noise time how likely each of " << card.classes
         << " classes is, p(y | x_t, t). The gradient of log p guides the model of the same images (guidance "
            "rule \"classifier\"; Dhariwal & Nichol 2021). It is no judge of finished images.\n\n"
         << "| | |\n|---|---|\n"
         << "| network | convolutions at 1/2 and 1/4 of the image's size, 32–64 channels, three residual "
            "blocks scaled and shifted by the time, "
         << (card.parameterCount + 500) / 1000 << " k parameters |\n"
         << "| noise | schedule " << card.schedule.family << ", all times equally often |\n"
         << "| trained on | " << card.data << " |\n"
         << "| licence | " << card.licence << " |\n\n"
         << "## Measured quality\n\nRight on the test set, noised to the time t:\n\n| t | accuracy "
            "|\n|---|---|\n";
    for (const auto& [t, share] : card.accuracy)
        text << "| " << shortNumber(t, 6) << " | " << shortNumber(100 * share, 4) << " % |\n";
    text << "\n";
    writeTrainingSection(text, card.training);
    base::writeFileAtomically(folder + "/README.md", text.str());
}

void requireSameImages(const model::NoiseClassifierCard& card, const std::string& modelFolder)
{
    const model::ModelCard model = model::readModelCard(modelFolder);
    const model::SampleSpace seen =
        model::SampleSpace::pixels(card.imageChannels, card.imageHeight, card.imageWidth);
    if (model.space != seen || int(model.classNames.size()) != card.classes) {
        throw Error(ErrorCode::invalidOption,
                    "The classifier knows images of another size or other classes than the model in " +
                        modelFolder + ".",
                    "Give the folder of the model of the same images with --out.");
    }
}

}  // namespace

model::NoiseClassifierCard finishNoiseClassifier(const std::string& trainingFolder,
                                                 const TrainingOptions& options, const LabelledImages& test,
                                                 const std::function<void(int t)>& onProgress)
{
    model::NoiseClassifier net(options.network.imageChannels, options.network.classes);
    const int64_t stepsDone = loadAveragedWeights(trainingFolder, *net);
    model::NoiseClassifierCard card = describe(options, trainingFolder, stepsDone);
    card.parameterCount = net->parameterCount();
    const auto images = toTensors(test);
    const auto schedule = trainingSchedule(options);
    for (const int t : reportedTimes(options.levels)) {
        if (onProgress)
            onProgress(t);
        card.accuracy.push_back({static_cast<double>(t), noisyAccuracy(net, images, schedule.level(t))});
    }
    model::saveNoiseClassifier(trainingFolder, card, net);
    writeReadme(trainingFolder, card);
    return card;
}

model::NoiseClassifierCard exportNoiseClassifier(const std::string& trainingFolder,
                                                 const std::string& modelFolder)
{
    const auto classifier = model::loadNoiseClassifier(trainingFolder);
    requireSameImages(classifier.card, modelFolder);
    const std::string folder = model::noiseClassifierFolder(modelFolder);
    model::saveNoiseClassifier(folder, classifier.card, classifier.net);
    writeReadme(folder, classifier.card);
    return classifier.card;
}

}  // namespace diffuscope::train
