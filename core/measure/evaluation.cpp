// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/evaluation.h"

#include "core/base/error.h"
#include "core/measure/frechet_distance.h"

#include <algorithm>
#include <chrono>

namespace diffuscope::measure {
namespace {

/// Distances between all pairs: twice as many take four times as long.
constexpr int64_t mostForVariety = 2000;
constexpr int64_t judgeBatch = 500;

// `count` evenly spread indices below `size`.
torch::Tensor spreadIndices(int64_t size, int64_t count)
{
    std::vector<int64_t> indices;
    for (int64_t k = 0; k < count; ++k)
        indices.push_back(k * size / count);
    return torch::tensor(indices);
}

// The classes of evenly spread test images: the test set's proportion, for any count.
std::vector<int> spreadClasses(const torch::Tensor& labels, int count)
{
    const auto chosen = labels.index_select(0, spreadIndices(labels.size(0), count));
    const auto* values = chosen.data_ptr<int64_t>();
    return {values, values + count};
}

std::vector<double> agreementByClass(const torch::Tensor& wanted, const torch::Tensor& seen, int classes)
{
    std::vector<double> agreement;
    for (int label = 0; label < classes; ++label) {
        const auto ofClass = wanted == label;
        const auto count = ofClass.sum().item<double>();
        const auto agreeing = (ofClass & (seen == label)).sum().item<double>();
        agreement.push_back(count > 0.0 ? agreeing / count : 0.0);
    }
    return agreement;
}

}  // namespace

Judgement judge(model::Classifier& classifier, const torch::Tensor& images)
{
    torch::NoGradGuard noGrad;
    const torch::Device device = classifier->parameters().front().device();
    std::vector<torch::Tensor> features, classes;
    for (int64_t begin = 0; begin < images.size(0); begin += judgeBatch) {
        const auto part = images.slice(0, begin, std::min(begin + judgeBatch, images.size(0)));
        const auto seen = classifier->features(part.to(device));
        features.push_back(seen.to(torch::kCPU));
        classes.push_back(classifier->logits(seen).argmax(1).to(torch::kCPU));
    }
    return {torch::cat(features), torch::cat(classes)};
}

double accuracy(model::Classifier& classifier, const LabelledTensors& data)
{
    const auto seen = judge(classifier, data.images).classes;
    return (seen == data.labels).to(torch::kFloat64).mean().item<double>();
}

Evaluation evaluate(const GeneratingNetwork& network, model::Classifier& classifier,
                    const LabelledTensors& train, const LabelledTensors& test,
                    const EvaluationRequest& request)
{
    const int most = static_cast<int>(train.images.size(0));
    if (request.images < 2 || request.images > most) {
        throw Error(ErrorCode::invalidOption,
                    "An evaluation of " + std::to_string(request.images) + " images is not possible.",
                    "Choose a count from 2 to " + std::to_string(most) + ", the number of training images.");
    }
    GenerationRequest generation = request.generation;
    generation.classes = spreadClasses(test.labels, request.images);

    Evaluation result;
    const auto start = std::chrono::steady_clock::now();
    result.images = generate(network, generation);
    result.msPerImage =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() /
        request.images;
    const Judgement generated = judge(classifier, result.images);
    const Judgement ofTest = judge(classifier, test.images);
    const Judgement ofTrain =
        judge(classifier, train.images.index_select(0, spreadIndices(most, request.images)));

    const auto wanted =
        torch::tensor(std::vector<int64_t>(generation.classes.begin(), generation.classes.end()));
    result.classAgreement = agreementByClass(wanted, generated.classes, classifier->classes());
    const int64_t compared = std::min({mostForVariety, int64_t{request.images}, test.images.size(0)});
    if (compared > nearestNeighbours)
        result.variety =
            precisionAndRecall(generated.features.index_select(0, spreadIndices(request.images, compared)),
                               ofTest.features.index_select(0, spreadIndices(test.images.size(0), compared)));
    model::ModelQuality& quality = result.quality;
    quality.images = request.images;
    quality.sampler = generation.sampler.id;
    quality.steps = generation.steps;
    quality.guidance = generation.guidance;
    quality.classAgreement = (generated.classes == wanted).to(torch::kFloat64).mean().item<double>();
    quality.frechetDistance = frechetDistance(generated.features, ofTest.features);
    quality.frechetFloor = frechetDistance(ofTrain.features, ofTest.features);
    quality.classifierAccuracy = (ofTest.classes == test.labels).to(torch::kFloat64).mean().item<double>();
    return result;
}

}  // namespace diffuscope::measure
