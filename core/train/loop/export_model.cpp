// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loop/export_model.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/model/unet/unet.h"
#include "core/model/unet/unet_kind.h"
#include "core/train/loop/trained_network.h"
#include "core/train/loop/training_loop.h"
#include "core/train/loop/training_recipe.h"

#include <cstdio>
#include <map>
#include <sstream>
#include <utility>

namespace diffuscope::train {
namespace {

void writeQuality(std::ostream& text, const model::ModelQuality& quality)
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

std::string percent(double share)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
    return text;
}

void writeTextQuality(std::ostream& text, const model::TextQuality& quality)
{
    text
        << "## Measured quality\n\n"
        << "`diffuscope-cli evaluate`: " << quality.images
        << " portraits for random prompts at each guidance scale, " << quality.sampler << ", "
        << quality.steps
        << " steps, judged by a classifier of the attributes. Of each attribute: how often the classifier is "
           "right on real images that it was not trained on, and how often it sees what the prompt named; in "
           "brackets the second as a share of the first.\n\n"
        << "| attribute | classifier |";
    for (const double guidance : quality.guidance)
        text << " guidance " << shortNumber(guidance, 3) << " |";
    text << "\n|---|---|";
    for (size_t k = 0; k < quality.guidance.size(); ++k)
        text << "---|";
    const auto writeRow = [&text](const std::string& name, double accuracy,
                                  const std::vector<double>& agreement) {
        text << "\n| " << name << " | " << percent(accuracy) << " |";
        for (const double share : agreement)
            text << " " << percent(share) << " (" << percent(accuracy > 0 ? share / accuracy : 0) << ") |";
    };
    for (const model::AttributeQuality& attribute : quality.attributes)
        writeRow(attribute.name, attribute.classifierAccuracy, attribute.agreement);
    if (quality.heldOutImages > 0) {
        writeRow("both of a held-out pair", quality.heldOutClassifierAccuracy, quality.heldOutAgreement);
        text << "\n\nHeld-out pairs are combinations of attributes that the training never showed together ("
             << "\"held_out\" below); " << quality.heldOutImages << " portraits.";
    }
    text << "\n\n";
}

void writeWords(std::ostream& text, const model::ModelCard& card)
{
    text << "## Words\n\nIt reads prompts of at most " << card.mostWords << " of these "
         << card.vocabulary.size() << " words: ";
    for (size_t k = 0; k < card.vocabulary.size(); ++k)
        text << (k == 0 ? "" : ", ") << card.vocabulary[k];
    text << ".\n\n```sh\ndiffuscope-cli sample --model " << card.name << " --prompt \""
         << sheetPrompts(card).at(1) << "\" --out portraits.png\n```\n\n";
}

}  // namespace

std::vector<std::string> sheetPrompts(const model::ModelCard& card)
{
    const std::vector<std::string> portraits = {
        "",
        "a happy person with dark skin, long red hair and red clothes",
        "red hair",
        "a beard and glasses",
        "sad, long blond hair, light skin",
        "a person with a purple hat and yellow clothes",
        "green hair, sunglasses, blue clothes",
        "a happy person with tan skin, short black hair, a beard, glasses and mint clothes",
        "green hair and orange clothes",
        "dark skin and blond hair"};
    if (card.name == "avatar")
        return portraits;
    std::vector<std::string> prompts = {""};
    for (size_t k = 0; k < 9 && !card.vocabulary.empty(); ++k)
        prompts.push_back(card.vocabulary[k * card.vocabulary.size() / 9]);
    return prompts;
}

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
    // Other networks on the same digits.
    const std::map<std::string, std::pair<std::string, std::string>> digits{
        {"mnist-dit",
         {"Handwritten digits, transformer",
          "a transformer that was trained on the velocity of rectified flow"}},
        {"mnist-dit-straight",
         {"Handwritten digits, straightened flow", "mnist-dit after one reflow, whose paths are straighter"}},
        {"mnist-fast",
         {"Handwritten digits, few steps", "a student of mnist-dit that takes 1, 2, 4, 8 or 16 steps"}},
        {"mnist-vae",
         {"Handwritten digits, VAE",
          "the decoder of a variational autoencoder, one of the rivals of diffusion"}},
        {"mnist-gan",
         {"Handwritten digits, GAN",
          "the generator of a generative adversarial network, one of the rivals of diffusion"}}};
    if (const auto found = digits.find(name); found != digits.end() && classes == 10) {
        return {name,
                found->second.first,
                "Handwritten digits 0 to 9, 28×28 grey, class-conditional: " + found->second.second + ".",
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
    if (name == "avatar" && classes == 0) {
        return {
            name,
            "Pixel portraits from words",
            "Portraits of 16×16 pixels that show what a prompt says: hair, skin, clothes, glasses, beard, "
            "hat "
            "and mood.",
            "GPL-3.0-or-later (weights)",
            "avatar16, 20,000 portraits with attributes (DiceBear pixel-art: design CC0 1.0, generator MIT)",
            {}};
    }
    if (name == "emoji" && classes == 0) {
        return {
            name,
            "Emoji from words",
            "Emoji of 64×64 pixels in six drawing styles, by name and style.",
            "GPL-3.0-or-later (weights)",
            "emoji64, 16,660 emoji (noto, notoblob, fxemoji: Apache-2.0; twemoji: CC BY 4.0; fluent: MIT)",
            {}};
    }
    return {name, name, "Trained with diffuscope-cli.", "Not stated", name, {}};
}

model::ModelCard exportModel(const std::string& trainingFolder, const std::string& modelFolder,
                             const ModelNaming& naming, std::optional<double> decay)
{
    const TrainingOptions options = readCheckpointOptions(trainingFolder);
    model::ModelCard card;
    card.name = naming.name;
    card.title = naming.title;
    card.description = naming.description;
    card.licence = naming.licence;
    card.data = naming.data;
    card.classNames = naming.classNames;
    for (int label = static_cast<int>(card.classNames.size()); label < options.network.classes; ++label)
        card.classNames.push_back(std::to_string(label));
    card.vocabulary = options.vocabulary;
    const TrainedNetwork trained = trainedNetwork(options, trainingFolder, decay, card);
    card.training = describeTraining(options, trained.stepsDone, trainingFolder);
    if (options.task == "shortcut")
        card.guidance = 1;  // it learned its teacher's together with the class
    model::saveModel(modelFolder, card, *trained.network);
    exportDecoder(options, modelFolder);
    return card;
}

void writeModelReadme(const std::string& folder, const model::ModelCard& card)
{
    std::ostringstream text;
    text.imbue(std::locale::classic());
    const bool isRead = card.readsText();
    text << "# " << card.name << ": " << card.title << "\n\n"
         << card.description << "\n\n"
         << (isRead ? "![one row a prompt](sheet.png)\n\n"
                    : "![one row a sample, one column a class](sheet.png)\n\n")
         << "| | |\n|---|---|\n"
         << "| network | " << architectureSummary(card) << " |\n"
         << "| predicts | " << card.target << ", on the schedule " << card.schedule.family << " |\n"
         << "| trained on | " << card.data << " |\n"
         << (card.guidance > 0 ? "| guidance | best at " + shortNumber(card.guidance, 4) + " |\n" : "")
         << "| licence | " << card.licence << " |\n\n";
    if (isRead) {
        text << "The sheet's rows, from the top, with guidance 3:\n\n";
        for (const std::string& prompt : sheetPrompts(card))
            text << "1. " << (prompt.empty() ? "no prompt" : "“" + prompt + "”") << "\n";
        text << "\n";
        writeWords(text, card);
    }
    if (card.textQuality)
        writeTextQuality(text, *card.textQuality);
    if (card.quality)
        writeQuality(text, *card.quality);
    writeTrainingSection(text, card.training);
    base::writeFileAtomically(folder + "/README.md", text.str());
}

}  // namespace diffuscope::train
