// The U-Net's config as the "architecture" object of model.json.
#pragma once

#include "core/network/json_fields.h"
#include "core/network/unet_config.h"

namespace diffuscope::network {

nlohmann::json toJson(const UNetConfig& config);

/// Throws Error for a missing field, a field of another type, another architecture or impossible numbers.
UNetConfig unetConfigFromJson(const JsonFields& fields);

}  // namespace diffuscope::network
