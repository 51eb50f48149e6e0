// SPDX-License-Identifier: GPL-3.0-or-later
// What a model says of itself: everything in model.json, for catalogs, panels and command lines. Standard
// types only.
#pragma once

#include "core/model/sample_space.h"
#include "core/schedule/noise_schedule.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace diffuscope::model {

/// What `diffuscope-cli evaluate` measured, with a classifier that was trained on the training set.
struct ModelQuality
{
    int images = 0;       ///< generated, in the test set's proportion of classes
    std::string sampler;  ///< e.g. "ddim"
    int steps = 0;
    double guidance = 1;
    double classAgreement = 0;  ///< share of images in which the classifier sees the class asked for, 0 … 1
    double frechetDistance = 0;     ///< of the classifier's features, generated to test set
    double frechetFloor = 0;        ///< the same of as many training images to the test set
    double classifierAccuracy = 0;  ///< on the test set, 0 … 1

    bool operator==(const ModelQuality&) const = default;
};

/// How often one attribute that a prompt named was seen in the image, by a classifier that was trained on the
/// data's attributes.
struct AttributeQuality
{
    std::string name;               ///< "hair_colour"
    double classifierAccuracy = 0;  ///< on images that the classifier was not trained on, 0 … 1
    std::vector<double> agreement;  ///< 0 … 1, one for each of TextQuality::guidance

    bool operator==(const AttributeQuality&) const = default;
};

/// What `diffuscope-cli evaluate` measured of a text-conditional model.
struct TextQuality
{
    int images = 0;  ///< generated for random prompts, at each guidance scale
    int heldOutImages =
        0;  ///< generated for prompts with a pair of attributes that the training never showed
    std::string sampler;
    int steps = 0;
    std::vector<double> guidance;  ///< scales
    std::vector<AttributeQuality> attributes;
    double heldOutClassifierAccuracy = 0;  ///< of both attributes of such pairs, on real images that have one
    std::vector<double> heldOutAgreement{};  ///< in both attributes of the pair, one for each scale

    bool operator==(const TextQuality&) const = default;
};

struct ModelCard
{
    std::string name;         ///< as in recipes: "mnist"
    std::string title;        ///< for people: "Handwritten digits"
    std::string description;  ///< one or two sentences
    std::string licence;
    std::string data;  ///< what it was trained on
    /// What one sample is.
    SampleSpace space{};
    /// The kind of network (see network_kinds.h), and its numbers as a JSON object that this kind alone
    /// reads.
    std::string network = "unet";
    std::string architecture{};
    std::string target = "eps";  ///< what the network outputs: eps, x0, v, flow or edm
    schedule::ScheduleSpec schedule;
    std::vector<std::string> classNames;  ///< one a class; empty for an unconditional model
    /// The words that a text-conditional model knows, in the order of their numbers (see Vocabulary).
    std::vector<std::string> vocabulary{};
    /// Of a prompt; 0 for a model that reads none.
    int mostWords = 0;
    /// At which its images are best, as it was measured; 0 where that is not known.
    double guidance = 0;
    std::int64_t parameterCount = 0;
    std::map<std::string, std::string> training;  ///< the training recipe, for reading
    std::optional<ModelQuality> quality;
    std::optional<TextQuality> textQuality{};

    bool readsText() const { return mostWords > 0; }
    bool operator==(const ModelCard&) const = default;
};

/// One line for people: "U-Net, 48-96 channels, 2 blocks a level, attention at 7×7, 2.1 M parameters".
std::string architectureSummary(const ModelCard& card);

/// Reads and checks FOLDER/model.json. Throws Error that names the file and the field.
ModelCard readModelCard(const std::string& folder);

/// Writes FOLDER/model.json atomically. Throws Error(writeFailed).
void writeModelCard(const std::string& folder, const ModelCard& card);

}  // namespace diffuscope::model
