// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unet/unet_config_json.h"

#include "core/base/error.h"

#include <stdexcept>

namespace diffuscope::model {

nlohmann::json toJson(const UNetConfig& config)
{
    nlohmann::json value = {{"type", "unet"},
                            {"image_channels", config.imageChannels},
                            {"image_height", config.imageHeight},
                            {"image_width", config.imageWidth},
                            {"patch", config.patch},
                            {"base_channels", config.baseChannels},
                            {"multipliers", config.multipliers},
                            {"blocks_per_level", config.blocksPerLevel},
                            {"attention_levels", config.attentionLevels},
                            {"attention_heads", config.attentionHeads},
                            {"normalization_groups", config.normalizationGroups},
                            {"classes", config.classes},
                            {"embedding_width", config.embeddingWidth}};
    if (config.hasText()) {
        const TextConfig& text = config.text;
        value["text"] = {{"words", text.words}, {"width", text.width},          {"layers", text.layers},
                         {"heads", text.heads}, {"most_words", text.mostWords}, {"levels", text.levels}};
    }
    return value;
}

namespace {

TextConfig textConfigFromJson(const base::JsonFields& fields)
{
    TextConfig text;
    text.words = fields.smallInteger("words");
    text.width = fields.smallInteger("width");
    text.layers = fields.smallInteger("layers");
    text.heads = fields.smallInteger("heads");
    text.mostWords = fields.smallInteger("most_words");
    text.levels = fields.integers("levels");
    return text;
}

}  // namespace

UNetConfig unetConfigFromJson(const base::JsonFields& fields)
{
    if (fields.text("type") != "unet") {
        throw Error(ErrorCode::invalidFile,
                    fields.where() + " describes a \"" + fields.text("type").substr(0, 40) +
                        "\", and this program knows the architecture \"unet\" only.",
                    "Use a newer program.");
    }
    UNetConfig config;
    config.imageChannels = fields.smallInteger("image_channels");
    config.imageHeight = fields.smallInteger("image_height");
    config.imageWidth = fields.smallInteger("image_width");
    config.patch = fields.smallInteger("patch");
    config.baseChannels = fields.smallInteger("base_channels");
    config.multipliers = fields.integers("multipliers");
    config.blocksPerLevel = fields.smallInteger("blocks_per_level");
    config.attentionLevels = fields.integers("attention_levels");
    config.attentionHeads = fields.smallInteger("attention_heads");
    config.normalizationGroups = fields.smallInteger("normalization_groups");
    config.classes = fields.smallInteger("classes");
    config.embeddingWidth = fields.smallInteger("embedding_width");
    if (fields.has("text"))
        config.text = textConfigFromJson(fields.object("text"));
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
