// SPDX-License-Identifier: GPL-3.0-or-later
// What a few-step student is told of a time grid: how long the step is that begins at a level.
#pragma once

#include "core/model/model_card.h"
#include "core/schedule/time_grid.h"

#include <torch/types.h>

#include <vector>

namespace diffuscope::model {

/// Whether a card is that of a few-step student.
bool readsStep(const ModelCard& card);

/// Steps of 1, 1/2, … 1/2^(learnedLengths − 1) of the way are what students here are trained for.
constexpr int learnedLengths = 7;

class StepLengths
{
public:
    /// Of this grid; the student was trained on `levels` levels of a rectified flow, whose level k lies at
    /// u = (k + 1)/levels of the way from picture to noise.
    StepLengths(const schedule::TimeGrid& grid, int levels);

    /// The share of the way that the step from training time t covers: from the nearest level of the grid to
    /// the next. Evaluations between two levels, of samplers of higher order, count as the level before them.
    double at(double t) const;
    /// The same of times [B], as float32 on their device.
    torch::Tensor at(const torch::Tensor& t) const;

    /// Whether every step is one that a student with so many lengths was trained on: 1, 1/2, 1/4, … of the
    /// way.
    bool areTrained(int lengths) const;

private:
    int m_levels;
    std::vector<double> m_shares;  ///< u of each level of the grid, from noise to picture
};

}  // namespace diffuscope::model
