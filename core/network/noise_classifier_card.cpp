#include "core/network/noise_classifier_card.h"

#include "core/network/atomic_file.h"
#include "core/network/schedule_spec_json.h"
#include "core/registry/error.h"

#include <filesystem>

namespace diffuscope::network {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "diffuscope-noise-classifier";
constexpr int kVersion = 1;
constexpr const char* kRestore = "Restore the original file.";

std::string cardPath(const std::string& folder)
{
    return (fs::path(folder) / "classifier.json").string();
}

int numberWithin(const JsonFields& fields, const char* key, int least, int most)
{
    const int value = fields.smallInteger(key);
    if (value < least || value > most) {
        throw Error(ErrorCode::invalidFile,
                    fields.where() + ": the field \"" + key + "\" must be from " + std::to_string(least) +
                        " to " + std::to_string(most) + ".",
                    kRestore);
    }
    return value;
}

std::vector<NoisyAccuracy> accuracyFromJson(const JsonFields& fields)
{
    std::vector<NoisyAccuracy> accuracy;
    const auto& list = fields.json().at("accuracy");
    if (!list.is_array()) {
        throw Error(ErrorCode::invalidFile, fields.where() + ": the field \"accuracy\" must be a list.",
                    kRestore);
    }
    for (const auto& item : list) {
        const JsonFields entry(item, fields.where() + ", accuracy");
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
    return fs::is_regular_file(cardPath(noiseClassifierFolder(modelFolder)), error);
}

NoiseClassifierCard readNoiseClassifierCard(const std::string& folder)
{
    const std::string path = cardPath(folder);
    const nlohmann::json value = readJsonFile(path);
    const JsonFields fields(value, path);
    if (fields.text("format") != kFormat || fields.integer("version") != kVersion) {
        throw Error(
            ErrorCode::invalidFile,
            path + " does not describe a noise-aware classifier of version " + std::to_string(kVersion) + ".",
            kRestore);
    }
    constexpr int kMostChannels = 16, kLeastSide = 8, kMostSide = 1024, kMostClasses = 10'000;
    NoiseClassifierCard card;
    card.name = fields.text("name");
    card.licence = fields.text("licence");
    card.data = fields.text("data");
    card.imageChannels = numberWithin(fields, "image_channels", 1, kMostChannels);
    card.imageHeight = numberWithin(fields, "image_height", kLeastSide, kMostSide);
    card.imageWidth = numberWithin(fields, "image_width", kLeastSide, kMostSide);
    card.classes = numberWithin(fields, "classes", 1, kMostClasses);
    card.schedule = scheduleSpecFromJson(fields.object("schedule"));
    card.parameterCount = fields.integer("parameters");
    const JsonFields training = fields.object("training");
    for (const auto& [key, unused] : training.json().items()) {
        card.training[key] = training.text(key.c_str());
    }
    if (fields.has("accuracy")) {
        card.accuracy = accuracyFromJson(fields);
    }
    return card;
}

void writeNoiseClassifierCard(const std::string& folder, const NoiseClassifierCard& card)
{
    nlohmann::ordered_json value;
    value["format"] = kFormat;
    value["version"] = kVersion;
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
    for (const NoisyAccuracy& entry : card.accuracy) {
        value["accuracy"].push_back({{"t", entry.t}, {"share", entry.share}});
    }
    writeFileAtomically(cardPath(folder), value.dump(2) + "\n");
}

}  // namespace diffuscope::network
