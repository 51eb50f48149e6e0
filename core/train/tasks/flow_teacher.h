// SPDX-License-Identifier: GPL-3.0-or-later
// The transformer of a flow that a student or a reflow learns from: of a training, or of a model's folder.
#pragma once

#include "core/model/dit/dit.h"

#include <string>

namespace diffuscope::train {

struct FlowTeacher
{
    model::Dit net;  ///< in evaluation mode
    int levels = 0;  ///< of its schedule, rectified_flow
};

/// The folder is that of a training (its averaged weights are taken) or of a model (model.json). Throws Error
/// where it cannot be read or holds another network or target.
FlowTeacher loadFlowTeacher(const std::string& folder);

}  // namespace diffuscope::train
