// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tasks/classifier_task.h"

namespace diffuscope::train {
namespace {

constexpr double labelSmoothing = 0.05;
constexpr int64_t noIgnoredLabel = -100;

}  // namespace

ClassifierTask::ClassifierTask(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options,
                               int replicas)
    : m_images(std::move(images)),
      m_options(options),
      m_nets(options, replicas, [this] { return model::Classifier(1, m_images->classCount()); }),
      m_order(options.seed, static_cast<uint32_t>(m_images->count))
{
}

void ClassifierTask::fillImage(float* target, uint32_t image, uint64_t position) const
{
    const int64_t height = m_images->height, width = m_images->width;
    const uint8_t* source = m_images->pixels.data() + image * static_cast<size_t>(height * width);
    CounterRandom random(m_options.seed, RandomStream::Shift, position);
    const auto span = static_cast<uint64_t>(2 * m_options.shift + 1);
    const auto down = static_cast<int64_t>(random.below(span)) - m_options.shift;
    const auto right = static_cast<int64_t>(random.below(span)) - m_options.shift;
    const bool mirrored =
        m_options.flip && CounterRandom(m_options.seed, RandomStream::Flip, position).uniform() < 0.5f;
    for (int64_t row = 0; row < height; ++row) {
        for (int64_t column = 0; column < width; ++column) {
            const int64_t fromRow = row - down;
            const int64_t fromColumn = (mirrored ? width - 1 - column : column) - right;
            const bool inside = fromRow >= 0 && fromRow < height && fromColumn >= 0 && fromColumn < width;
            const uint8_t pixel = inside ? source[fromRow * width + fromColumn] : uint8_t{0};
            target[row * width + column] = static_cast<float>(pixel) / 127.5f - 1.0f;
        }
    }
}

void ClassifierTask::prepare(int64_t step)
{
    const int64_t size = m_options.optimizer.batch, pixels = int64_t{m_images->height} * m_images->width;
    m_batchImages = torch::empty({size, 1, m_images->height, m_images->width});
    m_batchLabels = torch::empty({size}, torch::kInt64);
    for (int64_t k = 0; k < size; ++k) {
        const auto position = static_cast<uint64_t>(step * size + k);
        const uint32_t image = m_order.at(position);
        fillImage(m_batchImages.data_ptr<float>() + k * pixels, image, position);
        m_batchLabels.data_ptr<int64_t>()[k] = m_images->labels[image];
    }
}

torch::Tensor ClassifierTask::loss(int replica)
{
    const BatchShare share = m_nets.share(replica, m_batchImages);
    auto& net = m_nets[replica];
    const auto logits = net->logits(net->features(share.of(m_batchImages)));
    return torch::cross_entropy_loss(logits, share.of(m_batchLabels), {}, at::Reduction::Mean, noIgnoredLabel,
                                     labelSmoothing) *
           share.weight();
}

}  // namespace diffuscope::train
