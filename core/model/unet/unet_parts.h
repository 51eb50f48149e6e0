// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of a U-Net by name, and which of them an evaluation leaves out. No torch in here.
#pragma once

#include "core/model/network_layout.h"
#include "core/model/unet/unet_config.h"

namespace diffuscope::model {

/// True for what is left out.
struct UNetOmissions
{
    std::vector<bool> skips{};               ///< in the order of the way down
    std::vector<bool> attention{}, words{};  ///< by level, on both ways
    bool middleAttention = false, middleWords = false;
};

NetworkLayout layoutOf(const UNetConfig& config);

/// Throws Error(invalidOption) for an id that the network does not have; `model` is how it is called.
UNetOmissions omissionsOf(const UNetConfig& config, const std::string& model,
                          const std::vector<std::string>& ids);

}  // namespace diffuscope::model
