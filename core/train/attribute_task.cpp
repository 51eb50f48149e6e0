#include "core/train/attribute_task.h"

#include "core/registry/error.h"
#include "core/train/precision.h"

#include <algorithm>
#include <map>
#include <set>

namespace diffuscope::train {
namespace {

constexpr double kAttributeSmoothing = 0.05;
constexpr int64_t kNothingIgnored = -100;
constexpr size_t kMostAttributeValues = 100;

std::vector<uint32_t> allButTest(const CaptionedImages& images)
{
    return splitOf(images, {}).train;
}

torch::Tensor labelTensor(const std::vector<network::Attribute>& attributes, CaptionGrammar grammar,
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

std::vector<network::Attribute> attributesOf(const CaptionedImages& images)
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
    std::vector<network::Attribute> attributes;
    for (auto& [name, known] : values) {
        if (counts[name] < images.facts.size()) {
            known.insert(kAbsent);
        }
        if (known.size() > 1 && known.size() <= kMostAttributeValues) {
            attributes.push_back({name, {known.begin(), known.end()}});
        }
    }
    return attributes;
}

std::vector<int64_t> labelsOf(const std::vector<network::Attribute>& attributes, CaptionGrammar grammar,
                              const Facts& facts)
{
    const Facts known = attributesOf(grammar, facts);
    std::vector<int64_t> labels;
    for (const auto& attribute : attributes) {
        const auto found = known.find(attribute.name);
        labels.push_back(attribute.indexOf(found == known.end() ? kAbsent : found->second));
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

AttributeTask::AttributeTask(std::shared_ptr<const CaptionedImages> images, const TrainingOptions& options,
                             int replicas)
    : m_images(std::move(images)),
      m_grammar(grammarOf(*m_images)),
      m_options(options),
      m_device(bestDevice()),
      m_indices(allButTest(*m_images)),
      m_order(options.seed, static_cast<uint32_t>(m_indices.size()))
{
    const auto attributes = attributesOf(*m_images);
    if (attributes.empty()) {
        throw Error(ErrorCode::invalidOption, "The images have captions but no attributes to tell apart.",
                    "Give data whose JSON lines have fields with a few values each.");
    }
    const int count = m_device.is_cpu() ? std::clamp(replicas, 1, options.optimizer.batch) : 1;
    for (int replica = 0; replica < count; ++replica) {
        torch::manual_seed(options.seed);
        m_classifiers.push_back(network::makeAttributeClassifier(attributes, 3));
        m_classifiers.back().net->to(m_device);
        m_classifiers.back().net->setConvolutionPrecision(choosePrecision(options.precision, m_device));
    }
}

void AttributeTask::prepare(int64_t step)
{
    std::vector<uint32_t> chosen;
    for (int64_t k = 0; k < m_options.optimizer.batch; ++k) {
        chosen.push_back(m_indices[m_order.at(static_cast<uint64_t>(step * m_options.optimizer.batch + k))]);
    }
    m_batchImages = imagesOf(*m_images, chosen);
    m_batchLabels = labelTensor(m_classifiers.front().attributes, m_grammar, *m_images, chosen);
}

torch::Tensor AttributeTask::loss(int replica)
{
    const int64_t size = m_batchImages.size(0), count = replicas();
    const int64_t begin = size * replica / count, end = size * (replica + 1) / count;
    auto& classifier = m_classifiers[static_cast<size_t>(replica)];
    const auto logits =
        classifier.net->logits(classifier.net->features(m_batchImages.slice(0, begin, end).to(m_device)));
    const auto labels = m_batchLabels.slice(0, begin, end).to(m_device);
    torch::Tensor sum = torch::zeros({}, logits.options());
    int64_t first = 0;
    for (size_t index = 0; index < classifier.attributes.size(); ++index) {
        const auto values = static_cast<int64_t>(classifier.attributes[index].values.size());
        sum = sum + torch::cross_entropy_loss(logits.narrow(1, first, values),
                                              labels.select(1, static_cast<int64_t>(index)), {},
                                              at::Reduction::Mean, kNothingIgnored, kAttributeSmoothing);
        first += values;
    }
    return sum * (static_cast<double>(end - begin) / static_cast<double>(size));
}

std::vector<double> attributeAccuracy(network::AttributeClassifier& classifier, const CaptionedImages& images,
                                      const std::vector<uint32_t>& indices)
{
    const auto right = (network::judgedValues(classifier, imagesOf(images, indices)) ==
                        labelTensor(classifier.attributes, grammarOf(images), images, indices))
                           .to(torch::kFloat64)
                           .mean(0);
    const auto* shares = right.data_ptr<double>();
    return {shares, shares + right.numel()};
}

}  // namespace diffuscope::train
