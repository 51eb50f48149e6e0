#include "core/train/export_model.h"

#include "core/network/atomic_file.h"
#include "core/registry/error.h"
#include "core/train/training_loop.h"
#include "core/train/training_recipe.h"

#include <sstream>

namespace diffuscope::train {
namespace {

void writeQuality(std::ostream& text, const network::ModelQuality& quality)
{
    text << "## Measured quality\n\n"
         << "`diffuscope-cli evaluate`: " << quality.images
         << " images in the test set's proportion of classes, " << quality.sampler << ", " << quality.steps
         << " steps, guidance " << shortNumber(quality.guidance, 4)
         << "; the classifier was trained on the training set and is right on "
         << shortNumber(100 * quality.classifierAccuracy, 4) << " % of the test set.\n\n"
         << "| figure | value |\n|---|---|\n"
         << "| images in which the classifier sees the class asked for | "
         << shortNumber(100 * quality.classAgreement, 4) << " % |\n"
         << "| Fréchet distance to the test set, in the classifier's features | "
         << shortNumber(quality.frechetDistance, 4) << " |\n"
         << "| the same for as many training images (the floor) | " << shortNumber(quality.frechetFloor, 4)
         << " |\n"
         << "| ratio | " << shortNumber(quality.frechetDistance / quality.frechetFloor, 3) << " |\n\n";
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
    card.training = describeTraining(options, stepsDone, trainingFolder);
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
    writeTrainingSection(text, card.training);
    network::writeFileAtomically(folder + "/README.md", text.str());
}

}  // namespace diffuscope::train
