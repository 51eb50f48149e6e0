// SPDX-License-Identifier: GPL-3.0-or-later
// Trains the classifier that judges generated images.
#pragma once

#include "core/model/classifiers/classifier.h"
#include "core/train/data/counter_random.h"
#include "core/train/data/idx.h"
#include "core/train/loop/training_options.h"
#include "core/train/tasks/replicas.h"
#include "core/train/tasks/training_task.h"

#include <memory>

namespace diffuscope::train {

/// Images moved by up to options.shift pixels, mirrored if options.flip, cross-entropy with smoothed labels.
class ClassifierTask : public TrainingTask
{
public:
    /// Throws Error(invalidOption) for an unknown precision.
    ClassifierTask(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options,
                   int replicas);

    int replicas() const override { return m_nets.count(); }
    torch::nn::Module& module(int replica) override { return m_nets.module(replica); }
    void prepare(int64_t step) override;
    torch::Tensor loss(int replica) override;
    /// A classifier has no picture: does nothing.
    void writePreview(const std::string&) override {}

    model::Classifier& classifier() { return m_nets[0]; }

private:
    void fillImage(float* target, uint32_t image, uint64_t position) const;

    std::shared_ptr<const LabelledImages> m_images;
    TrainingOptions m_options;
    Replicas<model::Classifier> m_nets;
    EpochOrder m_order;
    torch::Tensor m_batchImages;  // [B, 1, H, W]
    torch::Tensor m_batchLabels;  // [B]
};

}  // namespace diffuscope::train
