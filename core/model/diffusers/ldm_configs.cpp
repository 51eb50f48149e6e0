// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/ldm_configs.h"

namespace diffuscope::model::diffusers {
namespace {

using Settings = nlohmann::json;

Settings schedulerSettings(const char* target)
{
    return {{"_class_name", "DDIMScheduler"},
            {"beta_schedule", "scaled_linear"},
            {"beta_start", 0.00085},
            {"beta_end", 0.012},
            {"clip_sample", false},
            {"set_alpha_to_one", false},
            {"steps_offset", 1},
            {"prediction_type", target},
            {"timestep_spacing", "leading"}};
}

Settings vaeSettings(double scale)
{
    const Settings down = Settings::array(
        {"DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"});
    const Settings up =
        Settings::array({"UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"});
    return {{"block_out_channels", {128, 256, 512, 512}},
            {"layers_per_block", 2},
            {"down_block_types", down},
            {"up_block_types", up},
            {"sample_size", 512},
            {"scaling_factor", scale}};
}

Settings clipSettings(int width, int layers, int heads, const char* activation)
{
    return {{"hidden_size", width},        {"intermediate_size", 4 * width},
            {"num_hidden_layers", layers}, {"num_attention_heads", heads},
            {"hidden_act", activation},    {"architectures", Settings::array({"CLIPTextModel"})}};
}

}  // namespace

LdmConfigs ldmConfigs(LdmCheckpoint::Family family, int inputChannels)
{
    LdmConfigs result;
    result.unet = {{"in_channels", inputChannels}, {"sample_size", 64}};
    result.vae = vaeSettings(0.18215);
    result.scheduler = schedulerSettings("epsilon");
    switch (family) {
        case LdmCheckpoint::Family::sd1:
            result.name = "Stable Diffusion 1";
            result.unet["cross_attention_dim"] = 768;
            result.textEncoder = clipSettings(768, 12, 12, "quick_gelu");
            break;
        case LdmCheckpoint::Family::sd2:
            result.name = "Stable Diffusion 2";
            result.unet["cross_attention_dim"] = 1024;
            result.unet["attention_head_dim"] = {5, 10, 20, 20};
            result.unet["use_linear_projection"] = true;
            result.textEncoder = clipSettings(1024, 23, 16, "gelu");
            break;
        case LdmCheckpoint::Family::sdxl:
            result.name = "Stable Diffusion XL";
            result.unet["sample_size"] = 128;
            result.unet["block_out_channels"] = {320, 640, 1280};
            result.unet["down_block_types"] = {"DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"};
            result.unet["up_block_types"] = {"CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"};
            result.unet["transformer_layers_per_block"] = {1, 2, 10};
            result.unet["attention_head_dim"] = {5, 10, 20};
            result.unet["cross_attention_dim"] = 2048;
            result.unet["use_linear_projection"] = true;
            result.unet["addition_embed_type"] = "text_time";
            result.unet["addition_time_embed_dim"] = 256;
            result.unet["projection_class_embeddings_input_dim"] = 2816;
            result.vae = vaeSettings(0.13025);
            result.vae["sample_size"] = 1024;
            result.textEncoder = clipSettings(768, 12, 12, "quick_gelu");
            result.textEncoder2 = clipSettings(1280, 32, 20, "gelu");
            result.textEncoder2["architectures"] = Settings::array({"CLIPTextModelWithProjection"});
            result.textEncoder2["projection_dim"] = 1280;
            break;
    }
    return result;
}

}  // namespace diffuscope::model::diffusers
