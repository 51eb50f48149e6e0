// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model/diffusers/unet2d.h"

#include <algorithm>
#include <array>

namespace diffuscope::model::diffusers {
namespace {

constexpr std::int64_t mostChannels = 1 << 16;
constexpr std::int64_t mostLayers = 64;

constexpr std::array<const char*, 3> downBlocks{"DownBlock2D", "AttnDownBlock2D", "ResnetDownsampleBlock2D"};
constexpr std::array<const char*, 3> upBlocks{"UpBlock2D", "AttnUpBlock2D", "ResnetUpsampleBlock2D"};

/// Block types without the prefix of very old files; throws for those that are not understood.
std::vector<std::string> blockTypes(const ConfigReader& reader, std::vector<std::string> types,
                                    const std::array<const char*, 3>& known)
{
    for (auto& type : types) {
        if (type.rfind("UNetRes", 0) == 0)
            type = type.substr(7);
        if (std::find(known.begin(), known.end(), type) == known.end())
            throw Error(
                ErrorCode::invalidFile,
                reader.where() + " uses the block type \"" + type.substr(0, 80) +
                    "\", which is not understood.",
                std::string("Understood are ") + known[0] + ", " + known[1] + " and " + known[2] + ".");
    }
    return types;
}

Resizing resizing(ConfigReader& reader, const char* key)
{
    const std::string type = reader.text(key, "conv");
    if (type == "conv")
        return Resizing::convolution;
    if (type == "resnet")
        return Resizing::resnet;
    reader.refuse(key, "\"conv\" and \"resnet\" are understood");
}

void readTime(ConfigReader& reader, UNet2dConfig& config)
{
    const std::string kind = reader.text("time_embedding_type", "positional");
    if (kind == "positional")
        config.timeEmbedding = TimeEmbeddingKind::positional;
    else if (kind == "fourier")
        config.timeEmbedding = TimeEmbeddingKind::fourier;
    else if (kind == "learned")
        config.timeEmbedding = TimeEmbeddingKind::learned;
    else
        reader.refuse("time_embedding_type", "\"positional\", \"fourier\" and \"learned\" are understood");
    config.timeWidth = reader.integer("time_embedding_dim", 4 * config.channels[0], 1, mostChannels);
    config.frequencyShift = reader.number("freq_shift", 0);
    config.flipsSinusoid = reader.flag("flip_sin_to_cos", true);
    config.trainedTimes = reader.integer("num_train_timesteps", 0, 1, 1'000'000);
    if (config.timeEmbedding == TimeEmbeddingKind::learned && config.trainedTimes == 0)
        reader.refuse("num_train_timesteps", "a learned table of times needs their number");
}

void readClasses(ConfigReader& reader, UNet2dConfig& config)
{
    const auto kind = reader.optionalText("class_embed_type", std::nullopt);
    config.classes = reader.integer("num_class_embeds", 0, 1, 1'000'000);
    if (!kind)
        config.classEmbedding = config.classes > 0 ? ClassEmbeddingKind::table : ClassEmbeddingKind::none;
    else if (*kind == "timestep")
        config.classEmbedding = ClassEmbeddingKind::timestep;
    else if (*kind == "identity")
        config.classEmbedding = ClassEmbeddingKind::identity;
    else
        reader.refuse("class_embed_type", "null, \"timestep\" and \"identity\" are understood");
}

/// Copies of the first models' configurations lack the field from before heads could be set; their weights
/// were trained with one head.
void readHeads(ConfigReader& reader, UNet2dConfig& config)
{
    constexpr std::int64_t classDefault = 8;
    config.headWidth = reader.optionalInteger("attention_head_dim", classDefault, 1, mostChannels);
    if (reader.has("attention_head_dim"))
        return;
    const auto version = reader.object().value("_diffusers_version", nlohmann::json());
    if (!version.is_string())
        return;
    for (const char* old : {"0.0.1", "0.0.2", "0.0.3", "0.0.4"})
        if (version.get<std::string>() == old) {
            config.headWidth.reset();
            config.notices.push_back(
                "The configuration is older than \"attention_head_dim\"; its attention is taken "
                "as one head over all channels, as these models were trained.");
        }
}

}  // namespace

UNet2dConfig readUNet2dConfig(ConfigReader& reader)
{
    UNet2dConfig config;
    if (reader.raw("sample_size").is_array())
        config.sampleSize = reader.integers("sample_size", {}, 1, mostChannels);
    else if (const auto size = reader.optionalInteger("sample_size", std::nullopt, 1, mostChannels))
        config.sampleSize = {*size, *size};
    config.inputChannels = reader.integer("in_channels", 3, 1, mostChannels);
    config.outputChannels = reader.integer("out_channels", 3, 1, mostChannels);
    config.centersInput = reader.flag("center_input_sample", false);
    config.channels = reader.integers("block_out_channels", {224, 448, 672, 896}, 1, mostChannels);
    readTime(reader, config);
    config.downTypes = blockTypes(reader,
                                  reader.texts("down_block_types", {"DownBlock2D", "AttnDownBlock2D",
                                                                    "AttnDownBlock2D", "AttnDownBlock2D"}),
                                  downBlocks);
    config.upTypes = blockTypes(
        reader,
        reader.texts("up_block_types", {"AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"}),
        upBlocks);
    if (config.downTypes.size() != config.channels.size() || config.upTypes.size() != config.channels.size())
        reader.refuse("down_block_types", "the lists of blocks and of channels must have one length");
    const auto middle = reader.optionalText("mid_block_type", "UNetMidBlock2D");
    config.hasMiddle = middle.has_value();
    if (middle && *middle != "UNetMidBlock2D")
        reader.refuse("mid_block_type", "\"UNetMidBlock2D\" and null are understood");
    config.layersPerBlock = reader.integer("layers_per_block", 2, 1, mostLayers);
    config.middleScale = reader.number("mid_block_scale_factor", 1);
    config.downPadding = reader.integer("downsample_padding", 1, 0, 1);
    config.downResizing = resizing(reader, "downsample_type");
    config.upResizing = resizing(reader, "upsample_type");
    config.activation = activationOf(reader.text("act_fn", "silu"), reader.where());
    readHeads(reader, config);
    config.groups = reader.integer("norm_num_groups", 32, 1, mostChannels);
    if (reader.isNull("norm_num_groups"))
        reader.refuse("norm_num_groups", "a number of groups is needed by these block types");
    config.attentionGroups = reader.optionalInteger("attn_norm_num_groups", std::nullopt, 1, mostChannels);
    config.epsilon = reader.number("norm_eps", 1e-5);
    const std::string shift = reader.text("resnet_time_scale_shift", "default");
    if (shift != "default" && shift != "scale_shift")
        reader.refuse("resnet_time_scale_shift", "\"default\" and \"scale_shift\" are understood");
    config.isScaleShift = shift == "scale_shift";
    config.hasMiddleAttention = reader.flag("add_attention", true);
    readClasses(reader, config);
    reader.ignore("dropout");
    return config;
}

}  // namespace diffuscope::model::diffusers
