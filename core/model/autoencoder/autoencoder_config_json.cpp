// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and writes an autoencoder's config.
#include "core/model/autoencoder/autoencoder_config_json.h"

#include "core/base/error.h"

#include <stdexcept>

namespace diffuscope::model {

nlohmann::json toJson(const AutoencoderConfig& config)
{
    return {{"type", "autoencoder"},
            {"kind", config.kind == LatentKind::gaussian ? "kl" : "vq"},
            {"image_channels", config.imageChannels},
            {"image_side", config.imageSide},
            {"patch", config.patch},
            {"channels", config.channels},
            {"halvings", config.halvings},
            {"blocks", config.blocks},
            {"groups", config.groups},
            {"latent_channels", config.latentChannels},
            {"codes", config.codes}};
}

AutoencoderConfig autoencoderConfigFromJson(const base::JsonFields& fields)
{
    AutoencoderConfig config;
    const std::string kind = fields.text("kind");
    if (kind != "kl" && kind != "vq")
        throw Error(ErrorCode::invalidFile,
                    fields.where() + " describes an autoencoder of the kind \"" + kind.substr(0, 40) +
                        "\", which is neither kl nor vq.",
                    "Restore the original file.");
    config.kind = kind == "kl" ? LatentKind::gaussian : LatentKind::codebook;
    config.imageChannels = fields.smallInteger("image_channels");
    config.imageSide = fields.smallInteger("image_side");
    config.patch = fields.smallInteger("patch");
    config.channels = fields.smallInteger("channels");
    config.halvings = fields.smallInteger("halvings");
    config.blocks = fields.smallInteger("blocks");
    config.groups = fields.smallInteger("groups");
    config.latentChannels = fields.smallInteger("latent_channels");
    config.codes = fields.smallInteger("codes");
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
