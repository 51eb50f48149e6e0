#include "core/train/export_model.h"

#include "core/network/atomic_file.h"
#include "core/registry/error.h"
#include "core/train/training_loop.h"

#include <iomanip>
#include <sstream>

namespace diffuscope::train {
namespace {

std::string number(double value, int digits)
{
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << std::setprecision(digits) << value;
    return text.str();
}

std::map<std::string, std::string> describeTraining(const TrainingOptions& options, int64_t stepsDone)
{
    const auto& optimizer = options.optimizer;
    return {
        {"program", "diffuscope-cli train"},
        {"loss", "mean squared error on the target, times spread evenly over the batch"},
        {"optimizer", "AdamW, weight decay " + number(optimizer.weightDecay, 4)},
        {"learning_rate", number(optimizer.learningRate, 4) + ", " + std::to_string(optimizer.warmupSteps) +
                              " steps warm-up, cosine decay to 0"},
        {"batch", std::to_string(optimizer.batch)},
        {"steps", std::to_string(stepsDone) + " of " + std::to_string(optimizer.steps)},
        {"ema_decay", number(optimizer.emaDecay, 6)},
        {"gradient_clip", number(optimizer.gradientClip, 4)},
        {"condition_dropout", number(options.conditionDropout, 4)},
        {"flip", options.flip ? "yes" : "no"},
        {"seed", std::to_string(options.seed)}};
}

void writeQuality(std::ostream& text, const network::ModelQuality& quality)
{
    text << "## Measured quality\n\n"
         << "`diffuscope-cli evaluate`: " << quality.images
         << " images in the test set's proportion of classes, " << quality.sampler << ", " << quality.steps
         << " steps, guidance " << number(quality.guidance, 4)
         << "; the classifier was trained on the training set and is right on "
         << number(100 * quality.classifierAccuracy, 4) << " % of the test set.\n\n"
         << "| figure | value |\n|---|---|\n"
         << "| images in which the classifier sees the class asked for | "
         << number(100 * quality.classAgreement, 4) << " % |\n"
         << "| Fréchet distance to the test set, in the classifier's features | "
         << number(quality.frechetDistance, 4) << " |\n"
         << "| the same for as many training images (the floor) | " << number(quality.frechetFloor, 4)
         << " |\n"
         << "| ratio | " << number(quality.frechetDistance / quality.frechetFloor, 3) << " |\n\n";
}

}  // namespace

ModelNaming namingFor(const std::string& name, int classes)
{
    if (name == "mnist" && classes == 10) {
        return {name,
                "Handwritten digits",
                "Handwritten digits 0 to 9, 28×28 grey, class-conditional.",
                "GPL-3.0-or-later (weights)",
                "MNIST, 60,000 training images (IDX files of rasbt/mnist-pngs, MIT)",
                {}};
    }
    if (name == "fashion-mnist" && classes == 10) {
        return {name,
                "Pieces of clothing",
                "Pieces of clothing of ten kinds, 28×28 grey, class-conditional.",
                "GPL-3.0-or-later (weights)",
                "Fashion-MNIST, 60,000 training images (Zalando SE, MIT)",
                {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                 "Ankle boot"}};
    }
    return {name, name, "Trained with diffuscope-cli.", "Not stated", name, {}};
}

network::ModelCard exportModel(const std::string& trainingFolder, const std::string& modelFolder,
                               const ModelNaming& naming)
{
    const TrainingOptions options = readCheckpointOptions(trainingFolder);
    if (options.task != "diffusion") {
        throw Error(ErrorCode::invalidOption,
                    checkpointPath(trainingFolder) + " holds a classifier, not a model.",
                    "Give the folder of a diffusion training.");
    }
    network::UNet net(options.network);
    const int64_t stepsDone = loadAveragedWeights(trainingFolder, *net);
    network::ModelCard card;
    card.name = naming.name;
    card.title = naming.title;
    card.description = naming.description;
    card.licence = naming.licence;
    card.data = naming.data;
    card.architecture = options.network;
    card.target = options.target;
    card.schedule = {options.schedule, {{"levels", static_cast<double>(options.levels)}}};
    card.classNames = naming.classNames;
    for (int label = static_cast<int>(card.classNames.size()); label < options.network.classes; ++label) {
        card.classNames.push_back(std::to_string(label));
    }
    card.parameterCount = net->parameterCount();
    card.training = describeTraining(options, stepsDone);
    network::saveModel(modelFolder, card, net);
    return card;
}

void writeModelReadme(const std::string& folder, const network::ModelCard& card)
{
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << "# " << card.name << ": " << card.title << "\n\n"
         << card.description << "\n\n"
         << "![one row a sample, one column a class](sheet.png)\n\n"
         << "| | |\n|---|---|\n"
         << "| network | " << architectureSummary(card) << " |\n"
         << "| predicts | " << card.target << ", on the schedule " << card.schedule.family << " |\n"
         << "| trained on | " << card.data << " |\n"
         << "| licence | " << card.licence << " |\n\n";
    if (card.quality) {
        writeQuality(text, *card.quality);
    }
    text << "## Training recipe\n\n| | |\n|---|---|\n";
    for (const auto& [key, value] : card.training) {
        text << "| " << key << " | " << value << " |\n";
    }
    network::writeFileAtomically(folder + "/README.md", text.str());
}

}  // namespace diffuscope::train
