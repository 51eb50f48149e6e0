// SPDX-License-Identifier: GPL-3.0-or-later
// The configurations of the public families of single-file checkpoints, which the files themselves do not
// hold.
#pragma once

#include "core/model/diffusers/key_names.h"

namespace diffuscope::model::diffusers {

struct LdmConfigs
{
    std::string name;  ///< "Stable Diffusion 1"
    nlohmann::json unet;
    nlohmann::json vae;
    nlohmann::json textEncoder;
    nlohmann::json textEncoder2;
    nlohmann::json scheduler;
};

LdmConfigs ldmConfigs(LdmCheckpoint::Family family, int inputChannels);

}  // namespace diffuscope::model::diffusers
