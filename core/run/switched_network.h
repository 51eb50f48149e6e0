// SPDX-License-Identifier: GPL-3.0-or-later
// A network with some of its parts left out, or told other things than are true, behind the face of a whole
// one.
#pragma once

#include "core/inference/thread_crew.h"
#include "core/model/model.h"
#include "core/recipe/network_switches.h"

#include <torch/types.h>

#include <functional>
#include <memory>
#include <stop_token>

namespace diffuscope::run {

/// x [B, c, h, w], training times t [B], class ids [B] -> the raw output, as denoise::TrainedNetwork has it.
using AskedNetwork = std::function<torch::Tensor(const torch::Tensor& x, const torch::Tensor& t,
                                                 const torch::Tensor& classIds)>;

/// What a model is told of images with these class ids, at these times.
using ConditionOf =
    std::function<model::EncodedCondition(const torch::Tensor& classIds, const torch::Tensor& t)>;

/// The parts that are left out of the network itself: all but the condition.
std::vector<std::string> partsLeftOut(const recipe::NetworkSwitches& switches);

/// Throws Error(invalidOption) for parts that the model does not have, and for a model that cannot be
/// switched: a formula, or the time of a student that reads the length of its step.
void checkSwitches(const recipe::NetworkSwitches& switches, const model::Model& model);

/// Module by module, image by image: what one image gives never depends on the others. The crew shares them
/// out.
AskedNetwork withoutParts(std::shared_ptr<model::Model> model, std::vector<std::string> parts,
                          ConditionOf condition, std::shared_ptr<inference::ThreadCrew> crew,
                          std::shared_ptr<const std::stop_token> stop);

/// `network`, told the switches' times in the place of the true ones, and no condition (`nullId`) where that
/// is left out. `levels` is how many levels it was trained on.
AskedNetwork toldOtherwise(AskedNetwork network, const recipe::NetworkSwitches& switches, int levels,
                           std::int64_t nullId);

}  // namespace diffuscope::run
