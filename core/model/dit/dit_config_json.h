// SPDX-License-Identifier: GPL-3.0-or-later
// A diffusion transformer's config as JSON: the "architecture" of a model card.
#pragma once

#include "core/base/json_fields.h"
#include "core/model/dit/dit_config.h"

namespace diffuscope::model {

nlohmann::json toJson(const DitConfig& config);

/// Throws Error that names the file and the field.
DitConfig ditConfigFromJson(const base::JsonFields& fields);

}  // namespace diffuscope::model
