// SPDX-License-Identifier: GPL-3.0-or-later
// The U-Net's config as the "architecture" object of model.json.
#pragma once

#include "core/base/json_fields.h"
#include "core/model/unet/unet_config.h"

namespace diffuscope::model {

nlohmann::json toJson(const UNetConfig& config);

/// Throws Error for a missing field, a field of another type, another architecture or impossible numbers.
UNetConfig unetConfigFromJson(const base::JsonFields& fields);

}  // namespace diffuscope::model
