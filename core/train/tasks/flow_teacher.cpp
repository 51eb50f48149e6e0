// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tasks/flow_teacher.h"

#include "core/base/error.h"
#include "core/model/checkpoint.h"
#include "core/model/dit/dit_model.h"
#include "core/schedule/schedule_registry.h"
#include "core/train/loop/training_loop.h"

#include <filesystem>

namespace diffuscope::train {
namespace {

constexpr const char* flowTarget = "flow";
constexpr const char* flowSchedule = "rectified_flow";

[[noreturn]] void refuseTeacher(const std::string& folder)
{
    throw Error(ErrorCode::invalidOption, folder + " is not a flow's transformer.",
                "Train one with --task flow --network dit, and name its folder.");
}

FlowTeacher teacherOfModel(const std::string& folder)
{
    const auto loaded = model::loadModelFolder(folder);
    auto* const transformer = dynamic_cast<model::DitModel*>(loaded.get());
    const model::ModelCard& card = loaded->card();
    if (!transformer || card.target != flowTarget || card.schedule.family != flowSchedule ||
        transformer->readsStep())
        refuseTeacher(folder);
    return {transformer->net(), schedule::makeSchedule(card.schedule).levels()};
}

FlowTeacher teacherOfTraining(const std::string& folder)
{
    const TrainingOptions options = readCheckpointOptions(folder);
    if (options.architecture != "dit" || options.target != flowTarget || options.schedule != flowSchedule)
        refuseTeacher(folder);
    model::Dit net(options.dit);
    loadAveragedWeights(folder, *net);
    net->eval();
    return {net, options.levels};
}

}  // namespace

FlowTeacher loadFlowTeacher(const std::string& folder)
{
    return std::filesystem::exists(std::filesystem::path(folder) / "model.json") ? teacherOfModel(folder)
                                                                                 : teacherOfTraining(folder);
}

}  // namespace diffuscope::train
