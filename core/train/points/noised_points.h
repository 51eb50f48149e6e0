// SPDX-License-Identifier: GPL-3.0-or-later
// Noises points for a training: every number depends on (seed, step, row) alone.
#pragma once

#include "core/train/points/point_trainer.h"

namespace diffuscope::train {

/// Some rows of a batch.
struct NoisedRows
{
    std::vector<float> x, targets;  ///< [rows, D]
    std::vector<float> times;       ///< [rows], in levels
    std::vector<int> labels,
        parts;  ///< [rows]: the class asked for, and the part of the times (see lossParts)

    int rows() const { return int(times.size()); }
    void resize(int rows, int dimensions);
};

class PointNoiser
{
public:
    PointNoiser(const PointTrainingOptions& options, denoise::PredictionTarget target);

    /// The rows firstRow … of a step's batch.
    void fill(NoisedRows& rows, const TrainingPoints& train, std::int64_t step, int firstRow) const;
    /// All of the test points, the same every time.
    NoisedRows ofTest(const model::PointSet& test) const;

    /// The mean square of what is to be predicted: the loss of a network that says 0.
    double targetSize(const model::PointSet& points) const;

private:
    struct Source;
    void noise(NoisedRows& rows, int row, const Source& source) const;

    const PointTrainingOptions m_options;
    denoise::PredictionTarget m_target;
    schedule::NoiseSchedule m_schedule;
};

}  // namespace diffuscope::train
