#include "core/train/diffusion_task.h"

#include "core/measure/generation.h"
#include "core/registry/error.h"
#include "core/train/diffusion_loss.h"
#include "core/train/image_sheet.h"
#include "core/train/precision.h"

#include <algorithm>

namespace diffuscope::train {
namespace {

constexpr int kPreviewRows = 4;

void checkImages(const LabelledImages& images, const TrainingOptions& options)
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
}

}  // namespace

DiffusionTask::DiffusionTask(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options,
                             int replicas)
    : m_options(options),
      m_target(trainableTarget(options.target)),
      m_schedule(trainingSchedule(options)),
      m_device(bestDevice()),
      m_levels(m_schedule, m_device),
      m_batches(images, options)
{
    checkImages(*images, options);
    const int count = m_device.is_cpu() ? std::clamp(replicas, 1, options.optimizer.batch) : 1;
    for (int replica = 0; replica < count; ++replica) {
        torch::manual_seed(options.seed);
        m_nets.emplace_back(options.network);
        m_nets.back()->to(m_device);
        m_nets.back()->setConvolutionPrecision(choosePrecision(options.precision, m_device));
    }
}

torch::Tensor DiffusionTask::loss(int replica)
{
    const int64_t size = m_batch.x0.size(0), count = replicas();
    const int64_t begin = size * replica / count, end = size * (replica + 1) / count;
    const auto share = [&](const torch::Tensor& tensor) { return tensor.slice(0, begin, end).to(m_device); };
    const auto x0 = share(m_batch.x0), eps = share(m_batch.eps), t = share(m_batch.t);
    const auto alpha = m_levels.alphaAt(t), sigma = m_levels.sigmaAt(t);
    const auto noisy = alpha * x0 + sigma * eps;
    auto& net = m_nets[static_cast<size_t>(replica)];
    const auto predicted = net(noisy, t.to(torch::kFloat32), share(m_batch.classIds));
    const double weight = static_cast<double>(end - begin) / static_cast<double>(size);
    return torch::mse_loss(predicted, targetOf(m_target, x0, eps, alpha, sigma)) * weight;
}

void DiffusionTask::writePreview(const std::string& path)
{
    const int classes = std::max(1, m_options.network.classes);
    measure::GenerationRequest request;
    for (int k = 0; k < kPreviewRows * classes; ++k) {
        request.classes.push_back(m_options.network.classes > 0 ? k % classes : -1);
    }
    request.seed = m_options.seed;
    request.steps = std::min(50, m_options.levels);
    const measure::GeneratingNetwork network{m_nets.front(), m_target, m_schedule};
    writeImageSheet(path, measure::generate(network, request), classes);
}

}  // namespace diffuscope::train
