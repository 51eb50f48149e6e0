// SPDX-License-Identifier: GPL-3.0-or-later
// Trains a diffusion transformer on labelled images: flow matching (Lipman et al. 2023, with the straight
// paths of Liu et al. 2023), or any other target.
#pragma once

#include "core/denoise/prediction_target.h"
#include "core/model/dit/dit.h"
#include "core/schedule/noise_schedule.h"
#include "core/train/tasks/diffusion_batches.h"
#include "core/train/tasks/level_table.h"
#include "core/train/tasks/reflow_pairs.h"
#include "core/train/tasks/replicas.h"
#include "core/train/tasks/training_task.h"

#include <memory>
#include <optional>
#include <string>

namespace diffuscope::train {

class TransformerTask : public TrainingTask
{
public:
    /// The images must have the size that options.dit names. Throws Error(invalidOption) otherwise, for
    /// labels outside the classes, or for an unknown target, schedule or distribution of times.
    /// With options.reflowPairs it learns from pairs of noise and picture along the flow of options.teacher,
    /// with whose weights it begins; they are kept in `pairsFile`.
    TransformerTask(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options,
                    int replicas, const std::string& pairsFile = {});

    int replicas() const override { return m_nets.count(); }
    torch::nn::Module& module(int replica) override { return m_nets.module(replica); }
    void prepare(int64_t step) override;
    torch::Tensor loss(int replica) override;
    void writePreview(const std::string& path) override;

private:
    model::Dit makeNet() const;

    TrainingOptions m_options;
    denoise::PredictionTarget m_target;
    schedule::NoiseSchedule m_schedule;
    Replicas<model::Dit> m_nets;
    LevelTable m_levels;
    DiffusionBatches m_batches;
    DiffusionBatch m_batch;
    std::optional<ReflowPairs> m_pairs;
    EpochOrder m_pairOrder;
};

/// Throws Error(invalidOption) where the images are not what the transformer is for.
void checkTransformerImages(const TrainingOptions& options, const LabelledImages& images);

}  // namespace diffuscope::train
