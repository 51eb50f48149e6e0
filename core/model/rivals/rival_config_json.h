// SPDX-License-Identifier: GPL-3.0-or-later
// A rival's config as JSON.
#pragma once

#include "core/base/json_fields.h"
#include "core/model/rivals/rival_config.h"

namespace diffuscope::model {

nlohmann::json toJson(const RivalConfig& config);

/// Throws Error that names the file and the field.
RivalConfig rivalConfigFromJson(const base::JsonFields& fields);

}  // namespace diffuscope::model
