// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tasks/text_evaluation.h"

#include "core/base/error.h"
#include "core/schedule/schedule_registry.h"
#include "core/train/tasks/attribute_task.h"

#include <algorithm>
#include <cstdio>

namespace diffuscope::train {
namespace {

using model::Attribute;

/// Share of hits among what was counted.
struct Tally
{
    int64_t hits = 0;
    int64_t all = 0;

    void add(bool isHit)
    {
        hits += isHit ? 1 : 0;
        ++all;
    }
    double share() const { return all == 0 ? 0.0 : static_cast<double>(hits) / static_cast<double>(all); }
};

/// What the classifier sees in what the model makes of prompts.
class PromptTrial
{
public:
    PromptTrial(const std::shared_ptr<model::Model>& model, model::AttributeClassifier& classifier,
                const TextEvaluationRequest& request)
        : m_classifier(classifier), m_request(request), m_network(measure::generatingNetwork(model))
    {
    }

    /// [prompts, attributes] int64
    torch::Tensor judged(const std::vector<JudgedPrompt>& prompts, double guidance)
    {
        std::vector<std::string> texts;
        measure::GenerationRequest generation = m_request.generation;
        for (const JudgedPrompt& prompt : prompts) {
            generation.classes.push_back(static_cast<int>(texts.size()));
            texts.push_back(prompt.text);
        }
        generation.guidance = guidance;
        generation.onProgress = [&](int done) {
            if (m_request.onProgress) {
                char text[96];
                std::snprintf(text, sizeof text, "guidance %g: %d of %zu images", guidance, done,
                              prompts.size());
                m_request.onProgress(text);
            }
        };
        m_network.texts = measure::textsOf(*m_network.model, texts);
        return model::judgedValues(m_classifier, measure::generate(m_network, generation));
    }

private:
    model::AttributeClassifier& m_classifier;
    const TextEvaluationRequest& m_request;
    measure::GeneratingNetwork m_network;
};

bool isSeen(const std::vector<Attribute>& attributes, const torch::TensorAccessor<int64_t, 1>& seen,
            const std::string& name, const std::string& value)
{
    for (size_t index = 0; index < attributes.size(); ++index)
        if (attributes[index].name == name)
            return seen[static_cast<int64_t>(index)] == attributes[index].indexOf(value);
    return false;
}

void countAgreement(const std::vector<Attribute>& attributes, const std::vector<JudgedPrompt>& prompts,
                    const torch::Tensor& seen, TextEvaluation& result)
{
    const auto values = seen.accessor<int64_t, 2>();
    for (size_t index = 0; index < attributes.size(); ++index) {
        const Attribute& attribute = attributes[index];
        Tally named, uncalled;
        for (size_t k = 0; k < prompts.size(); ++k) {
            const auto& wanted = prompts[k].wanted;
            const int64_t value = values[static_cast<int64_t>(k)][static_cast<int64_t>(index)];
            if (const auto found = wanted.find(attribute.name); found != wanted.end())
                named.add(value == attribute.indexOf(found->second));
            else
                uncalled.add(value != attribute.indexOf(absent));
        }
        result.quality.attributes[index].agreement.push_back(named.share());
        for (auto& entry : result.uncalled)
            if (entry.name == attribute.name)
                entry.share.push_back(uncalled.share());
    }
}

void countPairs(const std::vector<Attribute>& attributes, const std::vector<std::string>& pairs,
                const torch::Tensor& seen, TextEvaluation& result)
{
    const auto values = seen.accessor<int64_t, 2>();
    Tally all;
    std::vector<Tally> byPair(pairs.size());
    for (int64_t k = 0; k < seen.size(0); ++k) {
        const size_t index = static_cast<size_t>(k) % pairs.size();
        const HeldOutPair pair = heldOutPair(pairs[index]);
        const bool isRight = isSeen(attributes, values[k], pair.first.first, pair.first.second) &&
                             isSeen(attributes, values[k], pair.second.first, pair.second.second);
        all.add(isRight);
        byPair[index].add(isRight);
    }
    result.quality.heldOutAgreement.push_back(all.share());
    for (size_t index = 0; index < pairs.size(); ++index)
        result.byPair[index].push_back(byPair[index].share());
}

/// Both attributes of a pair seen where an image has one.
double accuracyOnPairs(model::AttributeClassifier& classifier, const CaptionedImages& images,
                       const std::vector<std::string>& pairs)
{
    const CaptionedSplit split = splitOf(images, pairs);
    std::vector<uint32_t> indices = split.test;
    indices.insert(indices.end(), split.heldOut.begin(), split.heldOut.end());
    const CaptionGrammar grammar = grammarOf(images);
    const auto seen = model::judgedValues(classifier, imagesOf(images, indices));
    const auto values = seen.accessor<int64_t, 2>();
    Tally right;
    for (const std::string& text : pairs) {
        const HeldOutPair pair = heldOutPair(text);
        for (size_t k = 0; k < indices.size(); ++k) {
            if (pair.isIn(attributesOf(grammar, images.facts[indices[k]]))) {
                const auto row = values[static_cast<int64_t>(k)];
                right.add(isSeen(classifier.attributes, row, pair.first.first, pair.first.second) &&
                          isSeen(classifier.attributes, row, pair.second.first, pair.second.second));
            }
        }
    }
    return right.share();
}

void describeData(const model::AttributeClassifier& classifier, const CaptionedImages& images,
                  TextEvaluation& result)
{
    const CaptionGrammar grammar = grammarOf(images);
    for (const Attribute& attribute : classifier.attributes) {
        if (attribute.indexOf(absent) < 0)
            continue;
        Tally present;
        for (const Facts& facts : images.facts)
            present.add(attributesOf(grammar, facts).contains(attribute.name));
        result.uncalled.push_back({attribute.name, present.share(), {}});
    }
}

}  // namespace

TextEvaluation evaluateText(const std::shared_ptr<model::Model>& model,
                            model::AttributeClassifier& classifier, const CaptionedImages& images,
                            const TextEvaluationRequest& request)
{
    if (request.images < 1 || request.guidance.empty()) {
        throw Error(ErrorCode::invalidOption, "There is nothing to measure.",
                    "Choose at least one image and one guidance scale.");
    }
    TextEvaluation result;
    auto& quality = result.quality;
    quality.images = request.images;
    quality.heldOutImages = request.heldOut.empty() ? 0 : request.heldOutImages;
    quality.sampler = request.generation.sampler.id;
    quality.steps = request.generation.steps;
    quality.guidance = request.guidance;
    const auto& attributes = classifier.attributes;
    const auto accuracy = attributeAccuracy(classifier, images, splitOf(images, request.heldOut).test);
    for (size_t index = 0; index < attributes.size(); ++index)
        quality.attributes.push_back({attributes[index].name, accuracy[index], {}});
    describeData(classifier, images, result);
    result.byPair.resize(request.heldOut.size());
    if (!request.heldOut.empty())
        quality.heldOutClassifierAccuracy = accuracyOnPairs(classifier, images, request.heldOut);
    const uint64_t seed = request.generation.seed;
    const auto prompts = randomPrompts(attributes, images, request.heldOut, request.images, seed);
    const auto unseen = heldOutPrompts(attributes, images, request.heldOut, request.heldOutImages, seed);
    PromptTrial trial(model, classifier, request);
    for (const double guidance : request.guidance) {
        countAgreement(attributes, prompts, trial.judged(prompts, guidance), result);
        if (!unseen.empty())
            countPairs(attributes, request.heldOut, trial.judged(unseen, guidance), result);
    }
    return result;
}

}  // namespace diffuscope::train
