// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/classifiers/noise_classifier_card.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/model/schedule_spec_json.h"

#include <filesystem>

namespace diffuscope::model {
namespace {

namespace fs = std::filesystem;

constexpr const char* noiseCardFormat = "diffuscope-noise-classifier";
constexpr int noiseCardVersion = 1;
constexpr const char* restore = "Restore the original file.";

std::string noiseCardPath(const std::string& folder)
{
    return (fs::path(folder) / "classifier.json").string();
}

int numberWithin(const base::JsonFields& fields, const char* key, int least, int most)
{
    const int value = fields.smallInteger(key);
    if (value < least || value > most) {
        throw Error(ErrorCode::invalidFile,
                    fields.where() + ": the field \"" + key + "\" must be from " + std::to_string(least) +
                        " to " + std::to_string(most) + ".",
                    restore);
    }
    return value;
}

std::vector<NoisyAccuracy> accuracyFromJson(const base::JsonFields& fields)
{
    std::vector<NoisyAccuracy> accuracy;
    const auto& list = fields.json().at("accuracy");
    if (!list.is_array()) {
        throw Error(ErrorCode::invalidFile, fields.where() + ": the field \"accuracy\" must be a list.",
                    restore);
    }
    for (const auto& item : list) {
        const base::JsonFields entry(item, fields.where() + ", accuracy");
        accuracy.push_back({entry.number("t"), entry.number("share")});
    }
    return accuracy;
}

}  // namespace

std::string noiseClassifierFolder(const std::string& modelFolder)
{
    return (fs::path(modelFolder) / "noise-classifier").string();
}

bool hasNoiseClassifier(const std::string& modelFolder)
{
    std::error_code error;
    return fs::is_regular_file(noiseCardPath(noiseClassifierFolder(modelFolder)), error);
}

NoiseClassifierCard readNoiseClassifierCard(const std::string& folder)
{
    const std::string path = noiseCardPath(folder);
    const nlohmann::json value = base::readJsonFile(path);
    const base::JsonFields fields(value, path);
    if (fields.text("format") != noiseCardFormat || fields.integer("version") != noiseCardVersion) {
        throw Error(ErrorCode::invalidFile,
                    path + " does not describe a noise-aware classifier of version " +
                        std::to_string(noiseCardVersion) + ".",
                    restore);
    }
    constexpr int mostChannels = 16, leastSide = 8, mostSide = 1024, mostClasses = 10'000;
    NoiseClassifierCard card;
    card.name = fields.text("name");
    card.licence = fields.text("licence");
    card.data = fields.text("data");
    card.imageChannels = numberWithin(fields, "image_channels", 1, mostChannels);
    card.imageHeight = numberWithin(fields, "image_height", leastSide, mostSide);
    card.imageWidth = numberWithin(fields, "image_width", leastSide, mostSide);
    card.classes = numberWithin(fields, "classes", 1, mostClasses);
    card.schedule = scheduleSpecFromJson(fields.object("schedule"));
    card.parameterCount = fields.integer("parameters");
    const base::JsonFields training = fields.object("training");
    for (const auto& [key, unused] : training.json().items())
        card.training[key] = training.text(key.c_str());
    if (fields.has("accuracy"))
        card.accuracy = accuracyFromJson(fields);
    return card;
}

void writeNoiseClassifierCard(const std::string& folder, const NoiseClassifierCard& card)
{
    nlohmann::ordered_json value;
    value["format"] = noiseCardFormat;
    value["version"] = noiseCardVersion;
    value["name"] = card.name;
    value["licence"] = card.licence;
    value["data"] = card.data;
    value["image_channels"] = card.imageChannels;
    value["image_height"] = card.imageHeight;
    value["image_width"] = card.imageWidth;
    value["classes"] = card.classes;
    value["schedule"] = toJson(card.schedule);
    value["parameters"] = card.parameterCount;
    value["training"] = card.training;
    value["accuracy"] = nlohmann::ordered_json::array();
    for (const NoisyAccuracy& entry : card.accuracy)
        value["accuracy"].push_back({{"t", entry.t}, {"share", entry.share}});
    base::writeFileAtomically(noiseCardPath(folder), value.dump(2) + "\n");
}

}  // namespace diffuscope::model
