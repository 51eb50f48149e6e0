// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model_card.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/model/network_kinds.h"
#include "core/model/schedule_spec_json.h"
#include "core/model/text/vocabulary.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

namespace diffuscope::model {
namespace {

using nlohmann::json;

constexpr const char* format = "diffuscope-model";
constexpr int version = 1;

std::string cardPath(const std::string& folder)
{
    return (std::filesystem::path(folder) / "model.json").string();
}

[[noreturn]] void refuse(const std::string& where, const std::string& reason)
{
    throw Error(ErrorCode::invalidFile, where + " " + reason + ".", "Restore the original file.");
}

json toJson(const ModelQuality& quality)
{
    return {{"images", quality.images},
            {"sampler", quality.sampler},
            {"steps", quality.steps},
            {"guidance", quality.guidance},
            {"class_agreement", quality.classAgreement},
            {"frechet_distance", quality.frechetDistance},
            {"frechet_floor", quality.frechetFloor},
            {"classifier_accuracy", quality.classifierAccuracy}};
}

ModelQuality qualityFromJson(const base::JsonFields& fields)
{
    ModelQuality quality;
    quality.images = fields.smallInteger("images");
    quality.sampler = fields.text("sampler");
    quality.steps = fields.smallInteger("steps");
    quality.guidance = fields.number("guidance");
    quality.classAgreement = fields.number("class_agreement");
    quality.frechetDistance = fields.number("frechet_distance");
    quality.frechetFloor = fields.number("frechet_floor");
    quality.classifierAccuracy = fields.number("classifier_accuracy");
    return quality;
}

json toJson(const TextQuality& quality)
{
    json attributes = json::array();
    for (const AttributeQuality& attribute : quality.attributes) {
        attributes.push_back({{"name", attribute.name},
                              {"classifier_accuracy", attribute.classifierAccuracy},
                              {"agreement", attribute.agreement}});
    }
    return {{"images", quality.images},
            {"held_out_images", quality.heldOutImages},
            {"sampler", quality.sampler},
            {"steps", quality.steps},
            {"guidance", quality.guidance},
            {"attributes", attributes},
            {"held_out_classifier_accuracy", quality.heldOutClassifierAccuracy},
            {"held_out_agreement", quality.heldOutAgreement}};
}

TextQuality textQualityFromJson(const base::JsonFields& fields)
{
    TextQuality quality;
    quality.images = fields.smallInteger("images");
    quality.heldOutImages = fields.smallInteger("held_out_images");
    quality.sampler = fields.text("sampler");
    quality.steps = fields.smallInteger("steps");
    quality.guidance = fields.numbers("guidance");
    quality.heldOutClassifierAccuracy = fields.number("held_out_classifier_accuracy");
    quality.heldOutAgreement = fields.numbers("held_out_agreement");
    const auto list = fields.json().find("attributes");
    if (list == fields.json().end() || !list->is_array())
        refuse(fields.where(), "has no list of attributes");
    for (const auto& item : *list) {
        const base::JsonFields attribute(item, fields.where());
        quality.attributes.push_back({attribute.text("name"), attribute.number("classifier_accuracy"),
                                      attribute.numbers("agreement")});
        if (quality.attributes.back().agreement.size() != quality.guidance.size())
            refuse(fields.where(), "has an attribute without a figure for each guidance scale");
    }
    return quality;
}

void check(const std::string& path, const ModelCard& card)
{
    constexpr std::array targets = {"eps", "x0", "v", "flow", "edm"};
    if (std::find(targets.begin(), targets.end(), card.target) == targets.end()) {
        refuse(path, "names the target \"" + card.target.substr(0, 40) +
                         "\", which is none of eps, x0, v, flow and edm");
    }
    try {
        const Vocabulary checked(card.vocabulary);
    } catch (const std::invalid_argument& error) {
        refuse(path, std::string("has a vocabulary that cannot be used: ") + error.what());
    }
}

void describeArchitecture(ModelCard& card, const base::JsonFields& architecture)
{
    const std::string type = architecture.text("type");
    const NetworkKind* kind = findNetworkKind(type);
    if (!kind) {
        std::string known;
        for (const NetworkKind& candidate : networkKinds())
            known += (known.empty() ? "" : ", ") + candidate.type;
        throw Error(ErrorCode::invalidFile,
                    architecture.where() + " describes a \"" + type.substr(0, 40) +
                        "\", and this program knows the architectures " + known + ".",
                    "Use a newer program.");
    }
    kind->describe(card, architecture);
}

}  // namespace

std::string architectureSummary(const ModelCard& card)
{
    const NetworkKind* kind = findNetworkKind(card.network);
    std::array<char, 32> millions{};
    std::snprintf(millions.data(), millions.size(), "%.1f", double(card.parameterCount) / 1e6);
    const std::string parameters =
        card.parameterCount == 0 ? "no parameters" : millions.data() + std::string(" M parameters");
    return (kind ? kind->summary(card) : card.network) + ", " + parameters;
}

ModelCard readModelCard(const std::string& folder)
{
    const std::string path = cardPath(folder);
    const json value = base::readJsonFile(path);
    const base::JsonFields fields(value, path);
    if (fields.text("format") != format || fields.integer("version") != version)
        refuse(path, "is not a model card of version " + std::to_string(version));
    ModelCard card;
    card.name = fields.text("name");
    card.title = fields.text("title");
    card.description = fields.text("description");
    card.licence = fields.text("licence");
    card.data = fields.text("data");
    card.target = fields.text("target");
    card.schedule = scheduleSpecFromJson(fields.object("schedule"));
    card.classNames = fields.texts("classes");
    if (fields.has("vocabulary"))
        card.vocabulary = fields.texts("vocabulary");
    card.parameterCount = fields.integer("parameters");
    if (card.parameterCount < 1)
        refuse(path, "states " + std::to_string(card.parameterCount) + " parameters");
    describeArchitecture(card, fields.object("architecture"));
    if (fields.has("latents") && fields.boolean("latents"))
        card.space.kind = SampleKind::latent;
    if (fields.has("guidance"))
        card.guidance = fields.number("guidance");
    const base::JsonFields training = fields.object("training");
    for (const auto& [key, unused] : training.json().items())
        card.training[key] = training.text(key.c_str());
    if (fields.has("quality"))
        card.quality = qualityFromJson(fields.object("quality"));
    if (fields.has("text_quality"))
        card.textQuality = textQualityFromJson(fields.object("text_quality"));
    check(path, card);
    return card;
}

void writeModelCard(const std::string& folder, const ModelCard& card)
{
    nlohmann::ordered_json value;
    value["format"] = format;
    value["version"] = version;
    value["name"] = card.name;
    value["title"] = card.title;
    value["description"] = card.description;
    value["licence"] = card.licence;
    value["data"] = card.data;
    value["classes"] = card.classNames;
    if (!card.vocabulary.empty())
        value["vocabulary"] = card.vocabulary;
    value["target"] = card.target;
    value["schedule"] = toJson(card.schedule);
    value["architecture"] = nlohmann::ordered_json::parse(card.architecture);
    value["parameters"] = card.parameterCount;
    if (card.space.kind == SampleKind::latent)
        value["latents"] = true;
    if (card.guidance != 0)
        value["guidance"] = card.guidance;
    value["training"] = card.training;
    if (card.quality)
        value["quality"] = toJson(*card.quality);
    if (card.textQuality)
        value["text_quality"] = toJson(*card.textQuality);
    base::writeFileAtomically(cardPath(folder), value.dump(2) + "\n");
}

}  // namespace diffuscope::model
