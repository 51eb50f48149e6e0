// SPDX-License-Identifier: GPL-3.0-or-later
// The settings of one level of a U-Net that reads text.
#pragma once

#include "core/model/diffusers/unet2d_condition.h"

namespace diffuscope::model::diffusers {

struct ConditionLevel
{
    std::size_t index = 0;       ///< of the down block whose heads and text width it has
    std::size_t pixelIndex = 0;  ///< of the block whose head width its attention over pixels has
    std::int64_t blocks = 1;
    std::vector<std::int64_t> transformers{};
    bool readsOnlyText = false;
    bool isResizing = false;
};

LevelSettings conditionLevel(const ConditionConfig& config, const std::string& type, const std::string& name,
                             const ConditionLevel& level);

}  // namespace diffuscope::model::diffusers
