// SPDX-License-Identifier: GPL-3.0-or-later
// An autoencoder's config as JSON.
#pragma once

#include "core/base/json_fields.h"
#include "core/model/autoencoder/autoencoder_config.h"

namespace diffuscope::model {

nlohmann::json toJson(const AutoencoderConfig& config);

/// Throws Error that names the file and the field.
AutoencoderConfig autoencoderConfigFromJson(const base::JsonFields& fields);

}  // namespace diffuscope::model
