// SPDX-License-Identifier: GPL-3.0-or-later
// The layers of a transformer by name, and which of them an evaluation leaves out. No torch in here.
#pragma once

#include "core/model/dit/dit_config.h"
#include "core/model/network_layout.h"

namespace diffuscope::model {

/// True for what is left out, by layer.
struct DitOmissions
{
    std::vector<bool> blocks{}, attention{};
};

NetworkLayout layoutOf(const DitConfig& config);

/// Throws Error(invalidOption) for an id that the network does not have; `model` is how it is called.
DitOmissions omissionsOf(const DitConfig& config, const std::string& model,
                         const std::vector<std::string>& ids);

}  // namespace diffuscope::model
