// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and writes a rival's config.
#include "core/model/rivals/rival_config_json.h"

#include "core/base/error.h"

#include <stdexcept>

namespace diffuscope::model {

nlohmann::json toJson(const RivalConfig& config)
{
    return {{"type", config.isGan ? "gan" : "vae"},
            {"image_channels", config.imageChannels},
            {"image_side", config.imageSide},
            {"channels", config.channels},
            {"hidden", config.hidden},
            {"latents", config.latents},
            {"embedding", config.embedding},
            {"groups", config.groups},
            {"classes", config.classes}};
}

RivalConfig rivalConfigFromJson(const base::JsonFields& fields)
{
    RivalConfig config;
    const std::string type = fields.text("type");
    if (type != "gan" && type != "vae")
        throw Error(ErrorCode::invalidFile,
                    fields.where() + " describes a \"" + type.substr(0, 40) + "\", neither a VAE nor a GAN.",
                    "Restore the original file.");
    config.isGan = type == "gan";
    config.imageChannels = fields.smallInteger("image_channels");
    config.imageSide = fields.smallInteger("image_side");
    config.channels = fields.smallInteger("channels");
    config.hidden = fields.smallInteger("hidden");
    config.latents = fields.smallInteger("latents");
    config.embedding = fields.smallInteger("embedding");
    config.groups = fields.smallInteger("groups");
    config.classes = fields.smallInteger("classes");
    try {
        validate(config);
    } catch (const std::invalid_argument& error) {
        throw Error(ErrorCode::invalidFile,
                    fields.where() + " describes an impossible network: " + error.what(),
                    "Restore the original file.");
    }
    return config;
}

}  // namespace diffuscope::model
