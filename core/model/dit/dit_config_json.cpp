// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and writes the config of a diffusion transformer.
#include "core/model/dit/dit_config_json.h"

#include "core/base/error.h"

#include <stdexcept>

namespace diffuscope::model {

nlohmann::json toJson(const DitConfig& config)
{
    return {{"type", "dit"},
            {"image_channels", config.imageChannels},
            {"image_height", config.imageHeight},
            {"image_width", config.imageWidth},
            {"patch", config.patch},
            {"width", config.width},
            {"layers", config.layers},
            {"heads", config.heads},
            {"mlp_ratio", config.mlpRatio},
            {"classes", config.classes},
            {"reads_step", config.readsStep}};
}

DitConfig ditConfigFromJson(const base::JsonFields& fields)
{
    DitConfig config;
    config.imageChannels = fields.smallInteger("image_channels");
    config.imageHeight = fields.smallInteger("image_height");
    config.imageWidth = fields.smallInteger("image_width");
    config.patch = fields.smallInteger("patch");
    config.width = fields.smallInteger("width");
    config.layers = fields.smallInteger("layers");
    config.heads = fields.smallInteger("heads");
    config.mlpRatio = fields.smallInteger("mlp_ratio");
    config.classes = fields.smallInteger("classes");
    config.readsStep = fields.boolean("reads_step");
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
