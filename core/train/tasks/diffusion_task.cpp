// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tasks/diffusion_task.h"

#include "core/base/error.h"
#include "core/measure/generation.h"
#include "core/train/data/image_sheet.h"
#include "core/train/tasks/diffusion_loss.h"
#include "core/train/tasks/preview_model.h"

#include <algorithm>

namespace diffuscope::train {
namespace {

constexpr int previewRows = 4;

/// Checks that the options are for these images.
const TrainingOptions& checked(const TrainingOptions& options, const LabelledImages& images)
{
    const auto& config = options.network;
    if (config.imageChannels != 1 || images.height != config.imageHeight ||
        images.width != config.imageWidth) {
        throw Error(ErrorCode::invalidOption,
                    "The data's images are 1×" + std::to_string(images.height) + "×" +
                        std::to_string(images.width) + ", the network's are of another size.",
                    "Train a network of the data's size.");
    }
    if (images.classCount() > config.classes) {
        throw Error(ErrorCode::invalidOption,
                    "The data has " + std::to_string(images.classCount()) + " classes, the network only " +
                        std::to_string(config.classes) + ".",
                    "Train a network with more classes.");
    }
    return options;
}

}  // namespace

DiffusionTask::DiffusionTask(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options,
                             int replicas)
    : m_options(checked(options, *images)),
      m_target(trainableTarget(options.target)),
      m_schedule(trainingSchedule(options)),
      m_nets(options, replicas, [&] { return model::UNet(options.network); }),
      m_levels(m_schedule, m_nets.device()),
      m_batches(images, options)
{
}

torch::Tensor DiffusionTask::loss(int replica)
{
    const BatchShare share = m_nets.share(replica, m_batch.x0);
    const auto x0 = share.of(m_batch.x0), eps = share.of(m_batch.eps), t = share.of(m_batch.t);
    const auto alpha = m_levels.alphaAt(t), sigma = m_levels.sigmaAt(t);
    const auto noisy = alpha * x0 + sigma * eps;
    const auto predicted = m_nets[replica](noisy, t.to(torch::kFloat32), share.of(m_batch.classIds));
    return torch::mse_loss(predicted, targetOf(m_target, x0, eps, alpha, sigma)) * share.weight();
}

void DiffusionTask::writePreview(const std::string& path)
{
    const int classes = std::max(1, m_options.network.classes);
    measure::GenerationRequest request;
    for (int k = 0; k < previewRows * classes; ++k)
        request.classes.push_back(m_options.network.classes > 0 ? k % classes : -1);
    request.seed = m_options.seed;
    request.steps = std::min(50, m_options.levels);
    const measure::GeneratingNetwork network{previewModel(m_options, m_nets[0]), m_target, m_schedule};
    writeImageSheet(path, measure::generate(network, request), classes);
}

}  // namespace diffuscope::train
