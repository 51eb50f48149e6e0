// SPDX-License-Identifier: GPL-3.0-or-later
// The loss and the preview of a transformer's training.
#include "core/train/tasks/transformer_task.h"

#include "core/base/error.h"
#include "core/train/data/counter_random.h"
#include "core/train/data/image_sheet.h"
#include "core/train/tasks/diffusion_loss.h"
#include "core/train/tasks/flow_path.h"
#include "core/train/tasks/flow_teacher.h"

#include <algorithm>

namespace diffuscope::train {
namespace {

constexpr int sheetRows = 4;
constexpr int sheetSteps = 20;
/// Of a teacher, from noise to the picture of a pair.
constexpr int pairSteps = 20;

const TrainingOptions& checkedForTransformer(const TrainingOptions& options, const LabelledImages& images)
{
    checkTransformerImages(options, images);
    return options;
}

}  // namespace

void checkTransformerImages(const TrainingOptions& options, const LabelledImages& images)
{
    const auto& config = options.dit;
    if (config.imageChannels != 1 || images.height != config.imageHeight || images.width != config.imageWidth)
        throw Error(ErrorCode::invalidOption,
                    "The data's images are 1×" + std::to_string(images.height) + "×" +
                        std::to_string(images.width) + ", the network's are of another size.",
                    "Train a network of the data's size.");
    if (images.classCount() > config.classes)
        throw Error(ErrorCode::invalidOption,
                    "The data has " + std::to_string(images.classCount()) + " classes, the network only " +
                        std::to_string(config.classes) + ".",
                    "Train a network with more classes.");
}

TransformerTask::TransformerTask(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options,
                                 int replicas, const std::string& pairsFile)
    : m_options(checkedForTransformer(options, *images)),
      m_target(trainableTarget(options.target)),
      m_schedule(trainingSchedule(options)),
      m_nets(options, replicas, [this] { return makeNet(); }),
      m_levels(m_schedule, m_nets.device()),
      m_batches(images, options),
      m_pairOrder(options.seed, static_cast<uint32_t>(std::max<int64_t>(1, options.reflowPairs)))
{
    if (options.reflowPairs == 0)
        return;
    model::Dit teacher = loadFlowTeacher(options.teacher).net;
    m_pairs = reflowPairs(teacher, options.levels, options.seed, options.reflowPairs, pairSteps, pairsFile);
}

model::Dit TransformerTask::makeNet() const
{
    model::Dit net(m_options.dit);
    if (m_options.reflowPairs == 0)
        return net;
    model::Dit teacher = loadFlowTeacher(m_options.teacher).net;
    if (teacher->config() != m_options.dit)
        throw Error(ErrorCode::invalidOption,
                    "The network is another one than its teacher in " + m_options.teacher + ".",
                    "Leave the options of the network away: a reflow has its teacher's.");
    model::copyWeights(*teacher, *net);
    return net;
}

void TransformerTask::prepare(int64_t step)
{
    m_batch = m_batches.take(step);
    if (!m_pairs)
        return;
    const int64_t values = m_batch.eps.stride(0);
    for (int64_t k = 0; k < m_batch.eps.size(0); ++k) {
        const uint64_t position = positionOf(m_options, step, k);
        const uint32_t pair = m_pairOrder.at(position);
        fillPairNoise(m_options.seed, pair, m_batch.eps.data_ptr<float>() + k * values, values);
        m_batch.x0[k].copy_(m_pairs->images[pair]);
        if (!isConditionDropped(m_options, position))
            m_batch.classIds[k].copy_(m_pairs->classIds[pair]);
    }
}

torch::Tensor TransformerTask::loss(int replica)
{
    const BatchShare share = m_nets.share(replica, m_batch.x0);
    const auto x0 = share.of(m_batch.x0), eps = share.of(m_batch.eps), t = share.of(m_batch.t);
    const auto alpha = m_levels.alphaAt(t), sigma = m_levels.sigmaAt(t);
    const auto predicted =
        m_nets[replica](alpha * x0 + sigma * eps, t.to(torch::kFloat32), share.of(m_batch.classIds));
    return torch::mse_loss(predicted, targetOf(m_target, x0, eps, alpha, sigma)) * share.weight();
}

void TransformerTask::writePreview(const std::string& path)
{
    if (m_target != denoise::PredictionTarget::flow)
        return;
    const torch::NoGradGuard noGrad;
    const auto& config = m_options.dit;
    const int64_t classes = std::max(1, config.classes), count = sheetRows * classes;
    auto noise = torch::empty({count, config.imageChannels, config.imageHeight, config.imageWidth});
    CounterRandom(m_options.seed, RandomStream::Preview, 0)
        .fillNormal(noise.data_ptr<float>(), noise.numel());
    noise = noise.to(m_nets.device());
    const auto ids =
        torch::arange(count, torch::TensorOptions(torch::kInt64).device(m_nets.device())) % classes;
    const auto velocity = [&](const torch::Tensor& x, double u, double) {
        return m_nets[0](x, torch::full({count}, u * m_options.levels - 1.0, x.options()), ids);
    };
    writeImageSheet(path, followFlow(velocity, noise, sheetSteps), static_cast<int>(classes));
}

}  // namespace diffuscope::train
