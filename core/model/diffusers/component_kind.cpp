// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/component_kind.h"

#include "core/base/error.h"

#include <algorithm>
#include <array>

namespace diffuscope::model::diffusers {
namespace {

struct KindName
{
    ComponentKind kind;
    const char* name;
};

constexpr std::array<KindName, 8> kindNames{{{ComponentKind::unet2d, "UNet2DModel"},
                                             {ComponentKind::unet2dCondition, "UNet2DConditionModel"},
                                             {ComponentKind::controlNet, "ControlNetModel"},
                                             {ComponentKind::autoencoderKl, "AutoencoderKL"},
                                             {ComponentKind::vqModel, "VQModel"},
                                             {ComponentKind::autoencoderTiny, "AutoencoderTiny"},
                                             {ComponentKind::clipText, "CLIPTextModel"},
                                             {ComponentKind::dit, "DiTTransformer2DModel"}}};

bool containsText(const std::string& text, const char* part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

const char* className(ComponentKind kind)
{
    return std::find_if(kindNames.begin(), kindNames.end(),
                        [kind](const KindName& entry) { return entry.kind == kind; })
        ->name;
}

ComponentKind kindOfConfig(const nlohmann::json& config, const std::string& where)
{
    const auto textOf = [&](const char* key) {
        const auto found = config.find(key);
        return found != config.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    std::string name = textOf("_class_name");
    if (name.empty() && config.contains("architectures") && config["architectures"].is_array() &&
        !config["architectures"].empty() && config["architectures"][0].is_string())
        name = config["architectures"][0].get<std::string>();
    if (name.empty() && textOf("model_type") == "clip_text_model")
        name = "CLIPTextModel";
    if (name == "CLIPTextModelWithProjection")
        return ComponentKind::clipText;
    // Old files of DiT carry the general class; its own fields tell it.
    if (name == "Transformer2DModel" && textOf("norm_type") == "ada_norm_zero" &&
        config.contains("patch_size"))
        return ComponentKind::dit;
    for (const auto& entry : kindNames)
        if (name == entry.name)
            return entry.kind;
    if (name.empty())
        throw Error(ErrorCode::invalidFile,
                    where + " does not say which class it configures (\"_class_name\").",
                    "Take the config.json that lies beside the weights at their source.");
    throw Error(ErrorCode::invalidFile,
                where + " configures a " + name.substr(0, 80) + ", a class not read here.",
                "Understood are UNet2DModel, UNet2DConditionModel, ControlNetModel, AutoencoderKL, VQModel, "
                "AutoencoderTiny, CLIPTextModel and DiTTransformer2DModel.");
}

std::optional<ComponentKind> kindOfTensors(const StoredWeights& tensors)
{
    const auto any = [&](const char* part) {
        return std::any_of(tensors.begin(), tensors.end(),
                           [part](const auto& entry) { return containsText(entry.first, part); });
    };
    if (any("controlnet_cond_embedding."))
        return ComponentKind::controlNet;
    if (any("adaLN_modulation") || (any("pos_embed.proj.") && any("transformer_blocks.0.norm1.emb.")))
        return ComponentKind::dit;
    if (any("token_embedding.weight"))
        return ComponentKind::clipText;
    if (any("quantize.embedding.weight"))
        return ComponentKind::vqModel;
    if (any("encoder.layers.0.weight") && any("decoder.layers.0.weight"))
        return ComponentKind::autoencoderTiny;
    if (any("decoder.conv_in.weight") && any("encoder.conv_in.weight"))
        return ComponentKind::autoencoderKl;
    if (any("down_blocks.") && any("conv_in.weight"))
        return any(".attn2.to_k.") ? ComponentKind::unet2dCondition : ComponentKind::unet2d;
    return std::nullopt;
}

}  // namespace diffuscope::model::diffusers
