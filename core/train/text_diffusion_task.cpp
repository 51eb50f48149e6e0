#include "core/train/text_diffusion_task.h"

#include "core/registry/error.h"
#include "core/train/diffusion_loss.h"
#include "core/train/image_sheet.h"
#include "core/train/precision.h"

#include <algorithm>

namespace diffuscope::train {
namespace {

constexpr int kPreviewPrompts = 8;
constexpr int kPreviewColumns = 12;
constexpr double kPreviewGuidance = 2.0;

void checkSize(const CaptionedImages& images, const network::UNetConfig& config)
{
    if (config.imageChannels != 3 || images.height != config.imageHeight ||
        images.width != config.imageWidth || !config.hasText()) {
        throw Error(ErrorCode::invalidOption,
                    "The data's images are 3×" + std::to_string(images.height) + "×" +
                        std::to_string(images.width) +
                        " with captions; the network's are of another size, or it reads no text.",
                    "Train a network for this data.");
    }
}

/// Nothing, then captions of evenly spread images.
std::vector<std::string> promptsOf(const CaptionedImages& images, const std::vector<uint32_t>& indices,
                                   uint64_t seed)
{
    const CaptionGrammar grammar = grammarOf(images);
    std::vector<std::string> prompts = {""};
    for (size_t k = 1; k < kPreviewPrompts; ++k) {
        CounterRandom random(seed, RandomStream::Preview, k);
        const auto& facts = images.facts[indices[k * indices.size() / kPreviewPrompts]];
        prompts.push_back(k % 2 ? fullCaption(grammar, facts) : randomCaption(grammar, facts, random));
    }
    return prompts;
}

}  // namespace

void fitToImages(TrainingOptions& options, const CaptionedImages& images)
{
    const auto vocabulary = network::Vocabulary::ofTexts(wordSources(grammarOf(images), images));
    options.vocabulary = vocabulary.words();
    options.network.imageChannels = 3;
    options.network.imageHeight = images.height;
    options.network.imageWidth = images.width;
    options.network.classes = 0;
    options.network.text.words = vocabulary.size();
    if (options.network.text.levels.empty()) {
        for (int level = 0; level < static_cast<int>(options.network.multipliers.size()); ++level) {
            options.network.text.levels.push_back(level);
        }
    }
}

TextDiffusionTask::TextDiffusionTask(std::shared_ptr<const CaptionedImages> images,
                                     const TrainingOptions& options, int replicas)
    : m_options(options),
      m_target(trainableTarget(options.target)),
      m_schedule(trainingSchedule(options)),
      m_device(bestDevice()),
      m_levels(m_schedule, m_device),
      m_batches(images, splitOf(*images, options.heldOut).train, options)
{
    checkSize(*images, options.network);
    m_previewPrompts = promptsOf(*images, splitOf(*images, options.heldOut).test, options.seed);
    const int count = m_device.is_cpu() ? std::clamp(replicas, 1, options.optimizer.batch) : 1;
    for (int replica = 0; replica < count; ++replica) {
        torch::manual_seed(options.seed);
        m_nets.emplace_back(options.network);
        m_nets.back()->to(m_device);
        m_nets.back()->setConvolutionPrecision(choosePrecision(options.precision, m_device));
    }
}

torch::Tensor TextDiffusionTask::loss(int replica)
{
    const int64_t size = m_batch.x0.size(0), count = replicas();
    const int64_t begin = size * replica / count, end = size * (replica + 1) / count;
    const auto share = [&](const torch::Tensor& tensor) { return tensor.slice(0, begin, end).to(m_device); };
    const auto x0 = share(m_batch.x0), eps = share(m_batch.eps), t = share(m_batch.t);
    const auto alpha = m_levels.alphaAt(t), sigma = m_levels.sigmaAt(t);
    auto& net = m_nets[static_cast<size_t>(replica)];
    const auto text = net->encode({share(m_batch.tokens.ids), share(m_batch.tokens.bias)});
    const auto predicted = net(alpha * x0 + sigma * eps, t.to(torch::kFloat32), torch::zeros_like(t), text);
    const double weight = static_cast<double>(end - begin) / static_cast<double>(size);
    return torch::mse_loss(predicted, targetOf(m_target, x0, eps, alpha, sigma)) * weight;
}

void TextDiffusionTask::writePreview(const std::string& path)
{
    measure::GenerationRequest request;
    for (int k = 0; k < kPreviewPrompts * kPreviewColumns; ++k) {
        request.classes.push_back(k / kPreviewColumns);
    }
    request.seed = m_options.seed;
    request.steps = std::min(25, m_options.levels);
    request.guidance = kPreviewGuidance;
    const auto texts = measure::contextsOf(m_nets.front(), m_options.vocabulary, m_previewPrompts);
    const measure::GeneratingNetwork network{m_nets.front(), m_target, m_schedule, texts};
    writeImageSheet(path, measure::generate(network, request), kPreviewColumns, 4);
}

}  // namespace diffuscope::train
