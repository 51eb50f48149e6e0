// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tasks/level_table.h"

#include "core/schedule/schedule_registry.h"

namespace diffuscope::train {
namespace {

torch::Tensor column(const schedule::NoiseSchedule& schedule, double schedule::NoiseLevel::*part)
{
    std::vector<double> values;
    for (int t = 0; t < schedule.levels(); ++t)
        values.push_back(schedule.level(t).*part);
    return torch::tensor(values, torch::kFloat64).to(torch::kFloat32);
}

}  // namespace

schedule::NoiseSchedule trainingSchedule(const TrainingOptions& options)
{
    return schedule::makeSchedule({options.schedule, {{"levels", static_cast<double>(options.levels)}}});
}

LevelTable::LevelTable(const schedule::NoiseSchedule& schedule, const torch::Device& device)
    : alpha(column(schedule, &schedule::NoiseLevel::alpha).to(device)),
      sigma(column(schedule, &schedule::NoiseLevel::sigma).to(device))
{
}

}  // namespace diffuscope::train
