// SPDX-License-Identifier: GPL-3.0-or-later
// Trains the classifier of noisy images that guides a model (Dhariwal & Nichol 2021, section 4).
#pragma once

#include "core/measure/evaluation.h"
#include "core/model/classifiers/noise_classifier.h"
#include "core/train/tasks/diffusion_batches.h"
#include "core/train/tasks/level_table.h"
#include "core/train/tasks/replicas.h"
#include "core/train/tasks/training_task.h"

#include <vector>

namespace diffuscope::train {

/// Cross-entropy of the class given the image noised to a uniformly drawn level of the schedule, and the
/// level's time. The labels are not smoothed: the gradient of log p is what the classifier is for.
class NoiseClassifierTask : public TrainingTask
{
public:
    /// Throws Error(invalidOption) for an unknown schedule or precision.
    NoiseClassifierTask(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options,
                        int replicas);

    int replicas() const override { return m_nets.count(); }
    torch::nn::Module& module(int replica) override { return m_nets.module(replica); }
    void prepare(int64_t step) override { m_batch = m_batches.take(step); }
    torch::Tensor loss(int replica) override;
    /// A classifier has no picture: does nothing.
    void writePreview(const std::string&) override {}

    model::NoiseClassifier& net() { return m_nets[0]; }

private:
    Replicas<model::NoiseClassifier> m_nets;
    LevelTable m_levels;
    DiffusionBatches m_batches;
    DiffusionBatch m_batch;
};

/// Share of the images whose likeliest class is the label after they were noised to `level`, 0 … 1. The noise
/// of image k comes from (seed, k). Computed on the classifier's device.
double noisyAccuracy(model::NoiseClassifier& classifier, const measure::LabelledTensors& data,
                     const schedule::NoiseLevel& level, uint64_t seed = 1);

/// The times at which accuracy is reported: the first, the last, and the quarters between, 0, 250, 500, 750
/// and 999 of 1000.
std::vector<int> reportedTimes(int levels);

}  // namespace diffuscope::train
