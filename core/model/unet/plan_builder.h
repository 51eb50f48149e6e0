// SPDX-License-Identifier: GPL-3.0-or-later
// Compiles a U-Net's modules into an inference plan.
#pragma once

#include "core/inference/inference_plan.h"
#include "core/model/unet/unet.h"

#include <memory>
#include <string>

namespace diffuscope::model {

/// A plan, or why there is none: the sentence is for a person.
struct PlanOrReason
{
    std::shared_ptr<const inference::InferencePlan> plan;
    std::string reason;
};

/// Takes a copy of the weights, and the precision of the network's convolutions. There is no plan on a GPU,
/// on a processor without AVX2 (or without AVX512-BF16 for bfloat16), and for a network whose parts or sizes
/// the plan does not know.
PlanOrReason makePlan(const UNetImpl& net);
/// The same with these kernels, which this processor must support, in their precision.
PlanOrReason makePlan(const UNetImpl& net, const inference::Kernels& kernels);

}  // namespace diffuscope::model
