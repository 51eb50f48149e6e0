// SPDX-License-Identifier: GPL-3.0-or-later
// Trains one transformer to take steps of any length: a student of a flow's transformer (Frans et al. 2024,
// "One step diffusion via shortcut models", with the teacher's velocity for the shortest steps).
#pragma once

#include "core/model/dit/dit.h"
#include "core/model/step_lengths.h"
#include "core/train/tasks/diffusion_batches.h"
#include "core/train/tasks/replicas.h"
#include "core/train/tasks/training_task.h"

#include <memory>

namespace diffuscope::train {

class ShortcutTask : public TrainingTask
{
public:
    /// The student begins with the weights of the flow's transformer in the folder options.teacher. Throws
    /// Error where that cannot be read or is another network's.
    ShortcutTask(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options, int replicas);

    int replicas() const override { return m_nets.count(); }
    torch::nn::Module& module(int replica) override { return m_nets.module(replica); }
    void prepare(int64_t step) override { m_batch = m_batches.take(step); }
    torch::Tensor loss(int replica) override;
    /// A row each of 1, 2, 4 and 8 steps from the same noise.
    void writePreview(const std::string& path) override;

    /// Steps of 1, 1/2, … 1/2^(lengths − 1) of the path are learned; shorter ones are the flow itself.
    static constexpr int lengths = model::learnedLengths;

private:
    struct Inputs
    {
        torch::Tensor x, u, step, ids;  ///< u and step [B]
    };
    torch::Tensor velocity(model::Dit& net, const Inputs& at) const;
    torch::Tensor teacherVelocity(const Inputs& at);
    torch::Tensor targetOfTwoHalves(int replica, const Inputs& at);
    /// The images begin … end − 1 of the step's batch, which a step of any length is taken from, or of none.
    Inputs inputsOf(const BatchShare& share, int64_t longOnes) const;

    TrainingOptions m_options;
    model::Dit m_teacher;
    Replicas<model::Dit> m_nets;
    DiffusionBatches m_batches;
    DiffusionBatch m_batch;
};

}  // namespace diffuscope::train
