#include "core/train/noise_classifier_task.h"

#include "core/train/counter_random.h"
#include "core/train/precision.h"

#include <algorithm>

namespace diffuscope::train {
namespace {

constexpr int64_t kJudgeBatch = 250;
constexpr int kReports = 4;

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
    : m_device(bestDevice()),
      m_levels(trainingSchedule(options), m_device),
      m_batches(images, withEveryClass(options))
{
    const int count = m_device.is_cpu() ? std::clamp(replicas, 1, options.optimizer.batch) : 1;
    for (int replica = 0; replica < count; ++replica) {
        torch::manual_seed(options.seed);
        m_nets.emplace_back(1, images->classCount());
        m_nets.back()->to(m_device);
        m_nets.back()->setConvolutionPrecision(choosePrecision(options.precision, m_device));
    }
}

torch::Tensor NoiseClassifierTask::loss(int replica)
{
    const int64_t size = m_batch.x0.size(0), count = replicas();
    const int64_t begin = size * replica / count, end = size * (replica + 1) / count;
    const auto share = [&](const torch::Tensor& tensor) { return tensor.slice(0, begin, end).to(m_device); };
    const auto t = share(m_batch.t);
    const auto noisy = m_levels.alphaAt(t) * share(m_batch.x0) + m_levels.sigmaAt(t) * share(m_batch.eps);
    const auto logits = m_nets[static_cast<size_t>(replica)](noisy, t.to(torch::kFloat32));
    const double weight = static_cast<double>(end - begin) / static_cast<double>(size);
    return torch::cross_entropy_loss(logits, share(m_batch.classIds)) * weight;
}

double noisyAccuracy(network::NoiseClassifier& classifier, const measure::LabelledTensors& data,
                     const schedule::NoiseLevel& level, uint64_t seed)
{
    const torch::NoGradGuard noGrad;
    const int64_t count = data.images.size(0);
    int64_t right = 0;
    for (int64_t begin = 0; begin < count; begin += kJudgeBatch) {
        const int64_t end = std::min(begin + kJudgeBatch, count);
        const auto images = data.images.slice(0, begin, end);
        const auto noisy = level.alpha * images + level.sigma * noiseFor(images, begin, seed);
        const auto t = torch::full({end - begin}, level.t);
        const auto seen = classifier(noisy, t).argmax(1);
        right += (seen == data.labels.slice(0, begin, end)).sum().item<int64_t>();
    }
    return static_cast<double>(right) / static_cast<double>(std::max<int64_t>(1, count));
}

std::vector<int> reportedTimes(int levels)
{
    std::vector<int> times;
    for (int report = 0; report <= kReports; ++report) {
        const int t = std::min(levels * report / kReports, levels - 1);
        if (times.empty() || t > times.back()) {
            times.push_back(t);
        }
    }
    return times;
}

}  // namespace diffuscope::train
