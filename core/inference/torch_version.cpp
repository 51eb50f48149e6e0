// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/torch_version.h"

#include <torch/version.h>

namespace diffuscope::inference {

std::string torchVersion()
{
    return TORCH_VERSION;
}

}  // namespace diffuscope::inference
