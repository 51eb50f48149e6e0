// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tasks/text_diffusion_task.h"

#include "core/base/error.h"
#include "core/model/text/vocabulary.h"
#include "core/train/data/image_sheet.h"
#include "core/train/tasks/diffusion_loss.h"
#include "core/train/tasks/preview_model.h"

#include <algorithm>

namespace diffuscope::train {
namespace {

constexpr int previewPrompts = 8;
constexpr int previewColumns = 12;
constexpr double previewGuidance = 2.0;

/// Checks that the options are for these images.
const TrainingOptions& checkedText(const TrainingOptions& options, const CaptionedImages& images)
{
    const model::UNetConfig& config = options.network;
    if (config.imageChannels != 3 || images.height != config.imageHeight ||
        images.width != config.imageWidth || !config.hasText()) {
        throw Error(ErrorCode::invalidOption,
                    "The data's images are 3×" + std::to_string(images.height) + "×" +
                        std::to_string(images.width) +
                        " with captions; the network's are of another size, or it reads no text.",
                    "Train a network for this data.");
    }
    return options;
}

/// As much of a caption as a prompt may hold, without words that the vocabulary leaves out.
std::string knownBeginning(const std::string& caption, const TrainingOptions& options)
{
    const model::Vocabulary vocabulary(options.vocabulary);
    std::string known;
    for (const int64_t id : vocabulary.knownIds(caption, options.network.text.mostWords))
        known += (known.empty() ? "" : " ") + vocabulary.words()[static_cast<size_t>(id)];
    return model::Vocabulary::shortened(known, options.network.text.mostWords);
}

/// Nothing, then captions of evenly spread images, as much of them as the network reads.
std::vector<std::string> promptsOf(const CaptionedImages& images, const CaptionedSplit& split,
                                   const TrainingOptions& options)
{
    // A small set has no images to spare for tests.
    const std::vector<uint32_t>& indices = split.test.empty() ? split.train : split.test;
    const CaptionGrammar grammar = grammarOf(images);
    std::vector<std::string> prompts = {""};
    for (size_t k = 1; k < previewPrompts; ++k) {
        CounterRandom random(options.seed, RandomStream::Preview, k);
        const auto& facts = images.facts[indices[k * indices.size() / previewPrompts]];
        const std::string caption =
            k % 2 ? fullCaption(grammar, facts) : randomCaption(grammar, facts, random);
        prompts.push_back(knownBeginning(caption, options));
    }
    return prompts;
}

}  // namespace

void fitToImages(TrainingOptions& options, const CaptionedImages& images)
{
    const auto vocabulary = model::Vocabulary::ofTexts(wordSources(grammarOf(images), images));
    if (vocabulary.empty()) {
        throw Error(
            ErrorCode::invalidOption, "The captions of the data hold no word.",
            "Say in each JSON line what the picture shows, as \"caption\" or as attributes of any name "
            "whose values are texts, or in NAME.txt beside NAME.png.");
    }
    options.vocabulary = vocabulary.words();
    options.network.imageChannels = 3;
    options.network.imageHeight = images.height;
    options.network.imageWidth = images.width;
    options.network.classes = 0;
    options.network.text.words = vocabulary.size();
    if (options.network.text.levels.empty())
        for (int level = 0; level < static_cast<int>(options.network.multipliers.size()); ++level)
            options.network.text.levels.push_back(level);
}

TextDiffusionTask::TextDiffusionTask(std::shared_ptr<const CaptionedImages> images,
                                     const TrainingOptions& options, int replicas)
    : m_options(checkedText(options, *images)),
      m_target(trainableTarget(options.target)),
      m_schedule(trainingSchedule(options)),
      m_nets(options, replicas, [&] { return model::UNet(options.network); }),
      m_levels(m_schedule, m_nets.device()),
      m_batches(images, splitOf(*images, options.heldOut).train, options)
{
    m_previewPrompts = promptsOf(*images, splitOf(*images, options.heldOut), options);
}

torch::Tensor TextDiffusionTask::loss(int replica)
{
    const BatchShare share = m_nets.share(replica, m_batch.x0);
    const auto x0 = share.of(m_batch.x0), eps = share.of(m_batch.eps), t = share.of(m_batch.t);
    const auto alpha = m_levels.alphaAt(t), sigma = m_levels.sigmaAt(t);
    auto& net = m_nets[replica];
    const auto text = net->encode({share.of(m_batch.tokens.ids), share.of(m_batch.tokens.bias)});
    const auto predicted = net(alpha * x0 + sigma * eps, t.to(torch::kFloat32), torch::zeros_like(t), text);
    return torch::mse_loss(predicted, targetOf(m_target, x0, eps, alpha, sigma)) * share.weight();
}

void TextDiffusionTask::writePreview(const std::string& path)
{
    measure::GenerationRequest request;
    for (int k = 0; k < previewPrompts * previewColumns; ++k)
        request.classes.push_back(k / previewColumns);
    request.seed = m_options.seed;
    request.steps = std::min(25, m_options.levels);
    request.guidance = previewGuidance;
    const auto model = previewModel(m_options, m_nets[0]);
    const measure::GeneratingNetwork network{model, m_target, m_schedule,
                                             measure::textsOf(*model, m_previewPrompts)};
    writeImageSheet(path, measure::generate(network, request), previewColumns, 4);
}

}  // namespace diffuscope::train
