// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model/diffusers/unet2d_condition.h"

#include <algorithm>

namespace diffuscope::model::diffusers {
namespace {

using nlohmann::json;

constexpr std::int64_t mostWidth = 1 << 16;
constexpr std::int64_t mostBlocks = 64;

std::vector<std::string> conditionTypes(const ConfigReader& reader, std::vector<std::string> types,
                                        const std::vector<std::string>& known)
{
    for (auto& type : types) {
        if (type.rfind("UNetRes", 0) == 0)
            type = type.substr(7);
        if (std::find(known.begin(), known.end(), type) == known.end())
            throw Error(
                ErrorCode::invalidFile,
                reader.where() + " uses the block type \"" + type.substr(0, 80) +
                    "\", which is not understood.",
                "Understood are " + known[0] + ", " + known[1] + ", " + known[2] + " and " + known[3] + ".");
    }
    return types;
}

void refuseUnlessNull(ConfigReader& reader, const char* key)
{
    const json& value = reader.raw(key);
    if (!value.is_null() && value != json(false))
        reader.refuse(key, "only null is understood");
}

/// transformer_layers_per_block, which is a number, a list of numbers, or a list of lists.
std::vector<std::vector<std::int64_t>> readTransformers(ConfigReader& reader, const char* key,
                                                        const std::vector<std::int64_t>& layers)
{
    const json value = reader.raw(key);
    std::vector<std::vector<std::int64_t>> result;
    const auto checkedCount = [&](const json& item) {
        if (!item.is_number_integer() || item.get<std::int64_t>() < 1 ||
            item.get<std::int64_t>() > mostBlocks)
            reader.refuse(key, "whole numbers from 1 to 64 are understood");
        return item.get<std::int64_t>();
    };
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (value.is_null()) {
            result.emplace_back(std::size_t(layers[i]), 1);
            continue;
        }
        if (value.is_array() && value.size() != layers.size())
            reader.refuse(key, "a list needs one entry for each block");
        const json& own = value.is_array() ? value[i] : value;
        if (!own.is_array()) {
            result.emplace_back(std::size_t(layers[i]), checkedCount(own));
            continue;
        }
        result.emplace_back();
        for (const auto& item : own)
            result.back().push_back(checkedCount(item));
        if (result.back().size() < std::size_t(layers[i]))
            reader.refuse(key, "a nested list needs one number for each layer");
    }
    return result;
}

void readConditionTime(ConfigReader& reader, ConditionConfig& config)
{
    const std::string kind = reader.text("time_embedding_type", "positional");
    if (kind != "positional" && kind != "fourier")
        reader.refuse("time_embedding_type", "\"positional\" and \"fourier\" are understood");
    const bool isFourier = kind == "fourier";
    config.timeEmbedding = isFourier ? TimeEmbeddingKind::fourier : TimeEmbeddingKind::positional;
    config.timeWidth =
        reader.integer("time_embedding_dim", (isFourier ? 2 : 4) * config.channels[0], 1, mostWidth);
    if (isFourier && config.timeWidth % 2 != 0)
        reader.refuse("time_embedding_dim", "an even number is needed for Fourier features");
    config.flipsSinusoid = reader.flag("flip_sin_to_cos", true);
    config.frequencyShift = reader.number("freq_shift", 0);
    if (const auto name = reader.optionalText("time_embedding_act_fn", std::nullopt))
        config.timeActivation = activationOf(*name, reader.where());
    if (const auto name = reader.optionalText("timestep_post_act", std::nullopt))
        config.timeLastActivation = activationOf(*name, reader.where());
    config.guidanceWidth = reader.integer("time_cond_proj_dim", 0, 1, mostWidth);
}

void readConditionClasses(ConfigReader& reader, ConditionConfig& config)
{
    const auto kind = reader.optionalText("class_embed_type", std::nullopt);
    config.classes = reader.integer("num_class_embeds", 0, 1, 1'000'000);
    config.projectionInputs = reader.integer("projection_class_embeddings_input_dim", 0, 1, mostWidth);
    config.concatenatesClass = reader.flag("class_embeddings_concat", false);
    if (!kind)
        config.classEmbedding = config.classes > 0 ? ClassEmbeddingKind::table : ClassEmbeddingKind::none;
    else if (*kind == "timestep")
        config.classEmbedding = ClassEmbeddingKind::timestep;
    else if (*kind == "identity")
        config.classEmbedding = ClassEmbeddingKind::identity;
    else if (*kind == "projection")
        config.classEmbedding = ClassEmbeddingKind::projection;
    else if (*kind == "simple_projection")
        config.classEmbedding = ClassEmbeddingKind::simpleProjection;
    else
        reader.refuse(
            "class_embed_type",
            "null, \"timestep\", \"identity\", \"projection\" and \"simple_projection\" are understood");
    const auto addition = reader.optionalText("addition_embed_type", std::nullopt);
    if (addition && *addition != "text_time")
        reader.refuse("addition_embed_type", "null and \"text_time\" are understood");
    config.hasTextTime = addition.has_value();
    config.additionTimeWidth = reader.integer("addition_time_embed_dim", 0, 1, mostWidth);
    reader.ignore("addition_embed_type_num_heads");
    const bool needsInputs = config.hasTextTime || config.classEmbedding == ClassEmbeddingKind::projection ||
                             config.classEmbedding == ClassEmbeddingKind::simpleProjection;
    if (needsInputs && config.projectionInputs == 0)
        reader.refuse("projection_class_embeddings_input_dim", "the width of what is projected is needed");
    if (config.hasTextTime && config.additionTimeWidth == 0)
        reader.refuse("addition_time_embed_dim", "the width of each size's sinusoid is needed");
}

void readConditionBlocks(ConfigReader& reader, ConditionConfig& config, bool isControlNet)
{
    config.channels = reader.integers("block_out_channels", {320, 640, 1280, 1280}, 1, mostWidth);
    const std::size_t count = config.channels.size();
    config.downTypes = conditionTypes(
        reader,
        reader.texts("down_block_types",
                     {"CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"}),
        {"DownBlock2D", "CrossAttnDownBlock2D", "AttnDownBlock2D", "ResnetDownsampleBlock2D"});
    if (!isControlNet)
        config.upTypes = conditionTypes(
            reader,
            reader.texts("up_block_types",
                         {"UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"}),
            {"UpBlock2D", "CrossAttnUpBlock2D", "AttnUpBlock2D", "ResnetUpsampleBlock2D"});
    if (config.downTypes.size() != count || (!isControlNet && config.upTypes.size() != count))
        reader.refuse("down_block_types", "the lists of blocks and of channels must have one length");
    config.middleType = reader.optionalText("mid_block_type", "UNetMidBlock2DCrossAttn").value_or("");
    if (!config.middleType.empty() && config.middleType != "UNetMidBlock2DCrossAttn" &&
        config.middleType != "UNetMidBlock2D")
        reader.refuse("mid_block_type",
                      "\"UNetMidBlock2DCrossAttn\", \"UNetMidBlock2D\" and null are understood");
    config.layersPerBlock = reader.perBlock("layers_per_block", count, 2, 1, mostBlocks);
    config.readsOnlyText = reader.flagPerBlock("only_cross_attention", count, false);
    config.textWidth = reader.perBlock("cross_attention_dim", count, 1280, 1, mostWidth);
    config.transformers = readTransformers(reader, "transformer_layers_per_block", config.layersPerBlock);
    // Up blocks have one layer more than their down blocks.
    std::vector<std::int64_t> upLayers(config.layersPerBlock.rbegin(), config.layersPerBlock.rend());
    for (auto& layers : upLayers)
        ++layers;
    if (!reader.raw("reverse_transformer_layers_per_block").is_null()) {
        config.upTransformers = readTransformers(reader, "reverse_transformer_layers_per_block", upLayers);
    } else {
        const json& own = reader.raw("transformer_layers_per_block");
        for (std::size_t i = 0; i < count; ++i) {
            const json item = own.is_array() ? own[count - 1 - i] : own;
            if (item.is_array())
                reader.refuse("transformer_layers_per_block",
                              "a nested list needs reverse_transformer_layers_per_block as well");
            config.upTransformers.emplace_back(std::size_t(upLayers[i]),
                                               config.transformers[count - 1 - i][0]);
        }
    }
    // Against its name this is the number of heads; a U-Net may not name that otherwise.
    if (!isControlNet && !reader.raw("num_attention_heads").is_null())
        reader.refuse("num_attention_heads",
                      "only null is understood; the number of heads is in attention_head_dim");
    config.heads = reader.perBlock("attention_head_dim", count, 8, 1, mostWidth);
    config.pixelHeadWidth = config.heads;
    if (isControlNet && !reader.raw("num_attention_heads").is_null())
        config.heads = reader.perBlock("num_attention_heads", count, 8, 1, mostWidth);
}

void readEncoder(ConfigReader& reader, ConditionConfig& config)
{
    config.encoderWidth = reader.integer("encoder_hid_dim", 0, 1, mostWidth);
    const auto kind = reader.optionalText("encoder_hid_dim_type", std::nullopt);
    if (kind && *kind != "text_proj")
        reader.refuse("encoder_hid_dim_type", "null and \"text_proj\" are understood");
}

}  // namespace

ConditionConfig readConditionConfig(ConfigReader& reader, bool isControlNet)
{
    ConditionConfig config;
    if (reader.raw("sample_size").is_array())
        config.sampleSize = reader.integers("sample_size", {}, 1, mostWidth);
    else if (const auto size = reader.optionalInteger("sample_size", std::nullopt, 1, mostWidth))
        config.sampleSize = {*size, *size};
    config.inputChannels = reader.integer("in_channels", 4, 1, mostWidth);
    config.outputChannels = reader.integer("out_channels", 4, 1, mostWidth);
    config.centersInput = reader.flag("center_input_sample", false);
    readConditionBlocks(reader, config, isControlNet);
    readConditionTime(reader, config);
    readConditionClasses(reader, config);
    readEncoder(reader, config);
    config.downPadding = reader.integer("downsample_padding", 1, 0, 1);
    config.middleScale = reader.number("mid_block_scale_factor", 1);
    config.activation = activationOf(reader.text("act_fn", "silu"), reader.where());
    config.groups = reader.optionalInteger("norm_num_groups", 32, 1, mostWidth);
    if (!config.groups)
        reader.refuse("norm_num_groups", "a number of groups is needed by these block types");
    config.epsilon = reader.number("norm_eps", 1e-5);
    config.hasLinearProjection = reader.flag("use_linear_projection", false);
    const std::string shift = reader.text("resnet_time_scale_shift", "default");
    if (shift != "default" && shift != "scale_shift")
        reader.refuse("resnet_time_scale_shift", "\"default\" and \"scale_shift\" are understood");
    config.isScaleShift = shift == "scale_shift";
    config.skipsTimeActivation = reader.flag("resnet_skip_time_act", false);
    config.resnetOutputScale = reader.number("resnet_out_scale_factor", 1);
    config.inputKernel = reader.integer("conv_in_kernel", 3, 1, 31);
    config.outputKernel = reader.integer("conv_out_kernel", 3, 1, 31);
    for (const char* key : {"dual_cross_attention", "cross_attention_norm"})
        refuseUnlessNull(reader, key);
    if (reader.text("attention_type", "default") != "default")
        reader.refuse("attention_type", "only \"default\" is understood");
    // Higher precision of the scores changes nothing in float32; dropout nothing outside training.
    for (const char* key : {"upcast_attention", "dropout", "mid_block_only_cross_attention"})
        reader.ignore(key);
    if (isControlNet) {
        config.pictureChannels = reader.integer("conditioning_channels", 3, 1, mostWidth);
        config.pictureEmbedding =
            reader.integers("conditioning_embedding_out_channels", {16, 32, 96, 256}, 1, mostWidth);
        const std::string order = reader.text("controlnet_conditioning_channel_order", "rgb");
        if (order != "rgb" && order != "bgr")
            reader.refuse("controlnet_conditioning_channel_order", "\"rgb\" and \"bgr\" are understood");
        config.isBgr = order == "bgr";
        config.poolsResiduals = reader.flag("global_pool_conditions", false);
    }
    return config;
}

}  // namespace diffuscope::model::diffusers
