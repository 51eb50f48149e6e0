// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/classifiers/attribute_classifier.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_fields.h"

#include <algorithm>
#include <filesystem>

namespace diffuscope::model {
namespace {

constexpr int64_t imagesAtOnce = 500;

std::string attributesPath(const std::string& folder)
{
    return (std::filesystem::path(folder) / "attributes.json").string();
}

}  // namespace

int Attribute::indexOf(const std::string& value) const
{
    const auto found = std::find(values.begin(), values.end(), value);
    return found == values.end() ? -1 : static_cast<int>(found - values.begin());
}

int valueCount(const std::vector<Attribute>& attributes)
{
    size_t count = 0;
    for (const Attribute& attribute : attributes)
        count += attribute.values.size();
    return static_cast<int>(count);
}

AttributeClassifier makeAttributeClassifier(std::vector<Attribute> attributes, int channels)
{
    const int values = valueCount(attributes);
    return {std::move(attributes), Classifier(channels, values)};
}

torch::Tensor judgedValues(AttributeClassifier& classifier, const torch::Tensor& images)
{
    torch::NoGradGuard noGrad;
    const torch::Device device = classifier.net->parameters().front().device();
    std::vector<torch::Tensor> parts;
    for (int64_t begin = 0; begin < images.size(0); begin += imagesAtOnce) {
        const auto part = images.slice(0, begin, std::min(begin + imagesAtOnce, images.size(0)));
        const auto logits = classifier.net->logits(classifier.net->features(part.to(device)));
        std::vector<torch::Tensor> values;
        int64_t first = 0;
        for (const Attribute& attribute : classifier.attributes) {
            const auto count = static_cast<int64_t>(attribute.values.size());
            values.push_back(logits.narrow(1, first, count).argmax(1));
            first += count;
        }
        parts.push_back(torch::stack(values, 1).to(torch::kCPU));
    }
    return torch::cat(parts);
}

void saveAttributeClassifier(const std::string& folder, AttributeClassifier& classifier)
{
    saveClassifier(folder, classifier.net);
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Attribute& attribute : classifier.attributes)
        list.push_back({{"name", attribute.name}, {"values", attribute.values}});
    const nlohmann::ordered_json value = {
        {"format", "diffuscope-attributes"}, {"version", 1}, {"attributes", list}};
    base::writeFileAtomically(attributesPath(folder), value.dump(2) + "\n");
}

AttributeClassifier loadAttributeClassifier(const std::string& folder)
{
    const std::string path = attributesPath(folder);
    const auto value = base::readJsonFile(path);
    const base::JsonFields fields(value, path);
    const auto list = value.find("attributes");
    if (fields.text("format") != "diffuscope-attributes" || list == value.end() || !list->is_array()) {
        throw Error(ErrorCode::invalidFile, path + " is no list of attributes.",
                    "Restore the original file.");
    }
    AttributeClassifier classifier;
    for (const auto& item : *list) {
        const base::JsonFields attribute(item, path);
        classifier.attributes.push_back({attribute.text("name"), attribute.texts("values")});
    }
    classifier.net = loadClassifier(folder);
    if (classifier.net->classes() != valueCount(classifier.attributes)) {
        throw Error(ErrorCode::invalidFile,
                    path + " lists " + std::to_string(valueCount(classifier.attributes)) +
                        " values for a classifier of " + std::to_string(classifier.net->classes()) + ".",
                    "Take attributes.json and classifier.safetensors from the same place.");
    }
    return classifier;
}

}  // namespace diffuscope::model
