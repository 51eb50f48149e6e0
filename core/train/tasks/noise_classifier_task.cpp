// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tasks/noise_classifier_task.h"

#include "core/train/data/counter_random.h"

#include <algorithm>

namespace diffuscope::train {
namespace {

constexpr int64_t judgeBatch = 250;
constexpr int reports = 4;

// The classes are what is learned: none is hidden.
TrainingOptions withEveryClass(TrainingOptions options)
{
    options.conditionDropout = 0.0;
    return options;
}

torch::Tensor noiseFor(const torch::Tensor& images, int64_t first, uint64_t seed)
{
    auto noise = torch::empty(images.sizes());
    const int64_t pixels = noise[0].numel();
    for (int64_t k = 0; k < noise.size(0); ++k) {
        CounterRandom(seed, RandomStream::Preview, static_cast<uint64_t>(first + k))
            .fillNormal(noise.data_ptr<float>() + k * pixels, pixels);
    }
    return noise;
}

}  // namespace

NoiseClassifierTask::NoiseClassifierTask(std::shared_ptr<const LabelledImages> images,
                                         const TrainingOptions& options, int replicas)
    : m_nets(options, replicas, [&] { return model::NoiseClassifier(1, images->classCount()); }),
      m_levels(trainingSchedule(options), m_nets.device()),
      m_batches(images, withEveryClass(options))
{
}

torch::Tensor NoiseClassifierTask::loss(int replica)
{
    const BatchShare share = m_nets.share(replica, m_batch.x0);
    const auto t = share.of(m_batch.t);
    const auto noisy =
        m_levels.alphaAt(t) * share.of(m_batch.x0) + m_levels.sigmaAt(t) * share.of(m_batch.eps);
    const auto logits = m_nets[replica](noisy, t.to(torch::kFloat32));
    return torch::cross_entropy_loss(logits, share.of(m_batch.classIds)) * share.weight();
}

double noisyAccuracy(model::NoiseClassifier& classifier, const measure::LabelledTensors& data,
                     const schedule::NoiseLevel& level, uint64_t seed)
{
    const torch::NoGradGuard noGrad;
    const torch::Device device = classifier->parameters().front().device();
    const int64_t count = data.images.size(0);
    int64_t right = 0;
    for (int64_t begin = 0; begin < count; begin += judgeBatch) {
        const int64_t end = std::min(begin + judgeBatch, count);
        const auto images = data.images.slice(0, begin, end);
        const auto noisy = level.alpha * images + level.sigma * noiseFor(images, begin, seed);
        const auto t = torch::full({end - begin}, level.t);
        const auto seen = classifier(noisy.to(device), t.to(device)).argmax(1).to(torch::kCPU);
        right += (seen == data.labels.slice(0, begin, end)).sum().item<int64_t>();
    }
    return static_cast<double>(right) / static_cast<double>(std::max<int64_t>(1, count));
}

std::vector<int> reportedTimes(int levels)
{
    std::vector<int> times;
    for (int report = 0; report <= reports; ++report) {
        const int t = std::min(levels * report / reports, levels - 1);
        if (times.empty() || t > times.back())
            times.push_back(t);
    }
    return times;
}

}  // namespace diffuscope::train
