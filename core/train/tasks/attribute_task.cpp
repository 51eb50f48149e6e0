// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tasks/attribute_task.h"

#include "core/base/error.h"

#include <algorithm>
#include <map>
#include <set>

namespace diffuscope::train {
namespace {

constexpr double attributeSmoothing = 0.05;
constexpr int64_t nothingIgnored = -100;
constexpr size_t mostAttributeValues = 100;

std::vector<uint32_t> allButTest(const CaptionedImages& images)
{
    return splitOf(images, {}).train;
}

torch::Tensor labelTensor(const std::vector<model::Attribute>& attributes, CaptionGrammar grammar,
                          const CaptionedImages& images, const std::vector<uint32_t>& indices)
{
    std::vector<int64_t> labels;
    for (const uint32_t index : indices) {
        const auto values = labelsOf(attributes, grammar, images.facts[index]);
        labels.insert(labels.end(), values.begin(), values.end());
    }
    return torch::tensor(labels).view({-1, static_cast<int64_t>(attributes.size())});
}

}  // namespace

std::vector<model::Attribute> attributesOf(const CaptionedImages& images)
{
    const CaptionGrammar grammar = grammarOf(images);
    std::map<std::string, std::set<std::string>> values;
    std::map<std::string, size_t> counts;
    for (const Facts& facts : images.facts) {
        for (const auto& [name, value] : attributesOf(grammar, facts)) {
            values[name].insert(value);
            ++counts[name];
        }
    }
    std::vector<model::Attribute> attributes;
    for (auto& [name, known] : values) {
        if (counts[name] < images.facts.size())
            known.insert(absent);
        if (known.size() > 1 && known.size() <= mostAttributeValues)
            attributes.push_back({name, {known.begin(), known.end()}});
    }
    return attributes;
}

std::vector<int64_t> labelsOf(const std::vector<model::Attribute>& attributes, CaptionGrammar grammar,
                              const Facts& facts)
{
    const Facts known = attributesOf(grammar, facts);
    std::vector<int64_t> labels;
    for (const auto& attribute : attributes) {
        const auto found = known.find(attribute.name);
        labels.push_back(attribute.indexOf(found == known.end() ? absent : found->second));
    }
    return labels;
}

torch::Tensor imagesOf(const CaptionedImages& images, const std::vector<uint32_t>& indices)
{
    const int64_t values = images.valuesPerImage();
    auto result = torch::empty({static_cast<int64_t>(indices.size()), 3, images.height, images.width});
    auto* to = result.data_ptr<float>();
    for (const uint32_t index : indices) {
        const uint8_t* from = images.pixels.data() + static_cast<int64_t>(index) * values;
        to = std::transform(from, from + values, to,
                            [](uint8_t value) { return static_cast<float>(value) / 127.5f - 1.0f; });
    }
    return result;
}

namespace {

std::vector<model::Attribute> someAttributesOf(const CaptionedImages& images)
{
    auto attributes = attributesOf(images);
    if (attributes.empty()) {
        throw Error(ErrorCode::invalidOption, "The images have captions but no attributes to tell apart.",
                    "Give data whose JSON lines have fields with a few values each.");
    }
    return attributes;
}

}  // namespace

AttributeTask::AttributeTask(std::shared_ptr<const CaptionedImages> images, const TrainingOptions& options,
                             int replicas)
    : m_images(std::move(images)),
      m_grammar(grammarOf(*m_images)),
      m_options(options),
      m_indices(allButTest(*m_images)),
      m_nets(options, replicas,
             [known = someAttributesOf(*m_images)] { return model::makeAttributeClassifier(known, 3); }),
      m_order(options.seed, static_cast<uint32_t>(m_indices.size()))
{
}

void AttributeTask::prepare(int64_t step)
{
    std::vector<uint32_t> chosen;
    for (int64_t k = 0; k < m_options.optimizer.batch; ++k)
        chosen.push_back(m_indices[m_order.at(static_cast<uint64_t>(step * m_options.optimizer.batch + k))]);
    m_batchImages = imagesOf(*m_images, chosen);
    m_batchLabels = labelTensor(m_nets[0].attributes, m_grammar, *m_images, chosen);
}

torch::Tensor AttributeTask::loss(int replica)
{
    const BatchShare share = m_nets.share(replica, m_batchImages);
    auto& classifier = m_nets[replica];
    const auto logits = classifier.net->logits(classifier.net->features(share.of(m_batchImages)));
    const auto labels = share.of(m_batchLabels);
    torch::Tensor sum = torch::zeros({}, logits.options());
    int64_t first = 0;
    for (size_t index = 0; index < classifier.attributes.size(); ++index) {
        const auto values = static_cast<int64_t>(classifier.attributes[index].values.size());
        sum = sum + torch::cross_entropy_loss(logits.narrow(1, first, values),
                                              labels.select(1, static_cast<int64_t>(index)), {},
                                              at::Reduction::Mean, nothingIgnored, attributeSmoothing);
        first += values;
    }
    return sum * share.weight();
}

std::vector<double> attributeAccuracy(model::AttributeClassifier& classifier, const CaptionedImages& images,
                                      const std::vector<uint32_t>& indices)
{
    const auto right = (model::judgedValues(classifier, imagesOf(images, indices)) ==
                        labelTensor(classifier.attributes, grammarOf(images), images, indices))
                           .to(torch::kFloat64)
                           .mean(0);
    const auto* shares = right.data_ptr<double>();
    return {shares, shares + right.numel()};
}

}  // namespace diffuscope::train
