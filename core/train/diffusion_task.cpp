#include "core/train/diffusion_task.h"

#include "core/registry/error.h"
#include "core/train/precision.h"
#include "core/train/preview.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::train {
namespace {

std::vector<double> linearAlphaBars(int levels)
{
    constexpr double kFirstBeta = 1e-4, kLastBeta = 0.02;  // Ho et al. 2020, section 4
    std::vector<double> alphaBar;
    double product = 1.0;
    for (int t = 0; t < levels; ++t) {
        product *= 1.0 - (kFirstBeta + (kLastBeta - kFirstBeta) * t / (levels - 1));
        alphaBar.push_back(product);
    }
    return alphaBar;
}

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
    const int largest = *std::max_element(images.labels.begin(), images.labels.end());
    if (largest >= config.classes) {
        throw Error(ErrorCode::invalidOption,
                    "The data has the label " + std::to_string(largest) + ", the network only " +
                        std::to_string(config.classes) + " classes.",
                    "Train a network with more classes.");
    }
}

}  // namespace

DiffusionTask::DiffusionTask(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options,
                             int replicas)
    : m_options(options), m_device(bestDevice()), m_batches(images, options)
{
    checkImages(*images, options);
    if (options.target != "eps" && options.target != "x0" && options.target != "v") {
        throw Error(ErrorCode::invalidOption, "There is no training target \"" + options.target + "\".",
                    "Use eps, x0 or v.");
    }
    const int count = m_device.is_cpu() ? std::clamp(replicas, 1, options.optimizer.batch) : 1;
    for (int replica = 0; replica < count; ++replica) {
        torch::manual_seed(options.seed);
        m_nets.emplace_back(options.network);
        m_nets.back()->to(m_device);
        m_nets.back()->setConvolutionPrecision(choosePrecision(options.precision, m_device));
    }
    m_alphaBar = linearAlphaBars(options.levels);
    const auto alphaBar = torch::tensor(m_alphaBar, torch::kFloat64);
    m_alpha = alphaBar.sqrt().to(torch::kFloat32).to(m_device);
    m_sigma = (1.0 - alphaBar).sqrt().to(torch::kFloat32).to(m_device);
}

torch::Tensor DiffusionTask::loss(int replica)
{
    const int64_t size = m_batch.x0.size(0), count = replicas();
    const int64_t begin = size * replica / count, end = size * (replica + 1) / count;
    const auto share = [&](const torch::Tensor& tensor) { return tensor.slice(0, begin, end).to(m_device); };
    const auto x0 = share(m_batch.x0), eps = share(m_batch.eps), t = share(m_batch.t);
    const auto alpha = m_alpha.index_select(0, t).view({-1, 1, 1, 1});
    const auto sigma = m_sigma.index_select(0, t).view({-1, 1, 1, 1});
    const auto noisy = alpha * x0 + sigma * eps;
    auto& net = m_nets[static_cast<size_t>(replica)];
    const auto predicted = net(noisy, t.to(torch::kFloat32), share(m_batch.classIds));
    const double weight = static_cast<double>(end - begin) / static_cast<double>(size);
    if (m_options.target == "eps") {
        return torch::mse_loss(predicted, eps) * weight;
    }
    if (m_options.target == "x0") {
        return torch::mse_loss(predicted, x0) * weight;
    }
    return torch::mse_loss(predicted, alpha * eps - sigma * x0) * weight;  // v of Salimans & Ho 2022, appendix D
}

void DiffusionTask::writePreview(const std::string& path)
{
    writeSamplePreview(m_nets.front(), m_alphaBar, m_options.target, m_options.seed, path);
}

}  // namespace diffuscope::train
