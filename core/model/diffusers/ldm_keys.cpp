// SPDX-License-Identifier: GPL-3.0-or-later
// Splits a single-file checkpoint of the original latent diffusion layout into the parts of the diffusers
// layout.
#include "core/base/error.h"
#include "core/model/diffusers/key_names.h"

#include <algorithm>
#include <optional>
#include <set>

namespace diffuscope::model::diffusers {
namespace {

constexpr const char* unetPrefix = "model.diffusion_model.";
constexpr const char* vaePrefix = "first_stage_model.";
constexpr int layersPerBlock = 2;  // of every public family

bool ldmStarts(const std::string& name, const std::string& start)
{
    return name.rfind(start, 0) == 0;
}

/// Replaces `from` at the start of `name`.
bool replaceStart(std::string& name, const std::string& from, const std::string& to)
{
    if (!ldmStarts(name, from))
        return false;
    name = to + name.substr(from.size());
    return true;
}

void replaceInside(std::string& name, const std::string& from, const std::string& to)
{
    if (const auto at = name.find(from); at != std::string::npos)
        name = name.substr(0, at) + to + name.substr(at + from.size());
}

/// Reads "12." at the start of `name` and removes it.
std::optional<int> takeNumber(std::string& name)
{
    const auto dot = name.find('.');
    if (dot == std::string::npos || dot == 0 || dot > 4 ||
        !std::all_of(name.begin(), name.begin() + long(dot), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    const int number = std::stoi(name.substr(0, dot));
    name = name.substr(dot + 1);
    return number;
}

std::string resnetName(std::string name)
{
    replaceStart(name, "in_layers.0.", "norm1.");
    replaceStart(name, "in_layers.2.", "conv1.");
    replaceStart(name, "emb_layers.1.", "time_emb_proj.");
    replaceStart(name, "out_layers.0.", "norm2.");
    replaceStart(name, "out_layers.3.", "conv2.");
    replaceStart(name, "skip_connection.", "conv_shortcut.");
    return name;
}

std::string inputBlockName(int index, int part, const std::string& rest)
{
    if (index == 0)
        return "conv_in." + rest;
    const std::string block = "down_blocks." + std::to_string((index - 1) / (layersPerBlock + 1)) + ".";
    const std::string layer = std::to_string((index - 1) % (layersPerBlock + 1));
    if (part == 0 && ldmStarts(rest, "op."))
        return block + "downsamplers.0.conv." + rest.substr(3);
    return part == 0 ? block + "resnets." + layer + "." + resnetName(rest)
                     : block + "attentions." + layer + "." + rest;
}

std::string outputBlockName(int index, int part, const std::string& rest)
{
    const std::string block = "up_blocks." + std::to_string(index / (layersPerBlock + 1)) + ".";
    const std::string layer = std::to_string(index % (layersPerBlock + 1));
    if (part == 0)
        return block + "resnets." + layer + "." + resnetName(rest);
    if (ldmStarts(rest, "conv."))
        return block + "upsamplers.0." + rest;
    return block + "attentions." + layer + "." + rest;
}

std::string unetName(std::string name)
{
    if (replaceStart(name, "time_embed.0.", "time_embedding.linear_1.") ||
        replaceStart(name, "time_embed.2.", "time_embedding.linear_2.") ||
        replaceStart(name, "label_emb.0.0.", "add_embedding.linear_1.") ||
        replaceStart(name, "label_emb.0.2.", "add_embedding.linear_2.") ||
        replaceStart(name, "out.0.", "conv_norm_out.") || replaceStart(name, "out.2.", "conv_out."))
        return name;
    for (const char* group : {"input_blocks.", "output_blocks."}) {
        std::string rest = name;
        if (!replaceStart(rest, group, ""))
            continue;
        const auto index = takeNumber(rest);
        const auto part = takeNumber(rest);
        if (index && part)
            return *group == 'i' ? inputBlockName(*index, *part, rest) : outputBlockName(*index, *part, rest);
    }
    if (replaceStart(name, "middle_block.0.", ""))
        return "mid_block.resnets.0." + resnetName(name);
    if (replaceStart(name, "middle_block.1.", "mid_block.attentions.0."))
        return name;
    if (replaceStart(name, "middle_block.2.", ""))
        return "mid_block.resnets.1." + resnetName(name);
    return name;
}

/// `levels` is the number of blocks of the decoder, which counts them from the finest.
std::string vaeName(std::string name, int levels)
{
    for (const auto& [from, to] :
         {std::pair<const char*, const char*>{"mid.block_1.", "mid_block.resnets.0."},
          {"mid.block_2.", "mid_block.resnets.1."},
          {"mid.attn_1.norm.", "mid_block.attentions.0.group_norm."},
          {"mid.attn_1.q.", "mid_block.attentions.0.to_q."},
          {"mid.attn_1.k.", "mid_block.attentions.0.to_k."},
          {"mid.attn_1.v.", "mid_block.attentions.0.to_v."},
          {"mid.attn_1.proj_out.", "mid_block.attentions.0.to_out.0."},
          {".norm_out.", ".conv_norm_out."},
          {".nin_shortcut.", ".conv_shortcut."}})
        replaceInside(name, from, to);
    for (const auto& [from, to] :
         {std::pair<const char*, const char*>{"encoder.down.", "encoder.down_blocks."},
          {"decoder.up.", "decoder.up_blocks."}}) {
        std::string rest = name;
        if (!replaceStart(rest, from, ""))
            continue;
        const auto level = takeNumber(rest);
        if (!level)
            return name;
        const bool up = std::string(from) == "decoder.up.";
        replaceStart(rest, "block.", "resnets.");
        replaceStart(rest, "downsample.conv.", "downsamplers.0.conv.");
        replaceStart(rest, "upsample.conv.", "upsamplers.0.conv.");
        return to + std::to_string(up ? levels - 1 - *level : *level) + "." + rest;
    }
    return name;
}

int decoderLevels(const StoredWeights& stored)
{
    int levels = 0;
    for (const auto& [name, tensor] : stored) {
        std::string rest = name;
        if (!replaceStart(rest, std::string(vaePrefix) + "decoder.up.", ""))
            continue;
        if (const auto level = takeNumber(rest))
            levels = std::max(levels, *level + 1);
    }
    return levels;
}

void addSlice(StoredWeights& result, const std::string& name, StoredTensor tensor, int part)
{
    tensor.part = part;
    tensor.parts = 3;
    result.emplace(name, std::move(tensor));
}

/// One tensor of an OpenCLIP text encoder; `layers` is how many blocks are kept.
void addOpenClip(StoredWeights& result, std::string name, const StoredTensor& tensor, int layers)
{
    if (name == "positional_embedding")
        result.emplace("text_model.embeddings.position_embedding.weight", tensor);
    else if (name == "token_embedding.weight")
        result.emplace("text_model.embeddings.token_embedding.weight", tensor);
    else if (replaceStart(name, "ln_final.", "text_model.final_layer_norm."))
        result.emplace(name, tensor);
    else if (name == "text_projection") {
        StoredTensor turned = tensor;
        turned.isTransposed = true;
        result.emplace("text_projection.weight", turned);
    } else if (replaceStart(name, "transformer.resblocks.", "")) {
        const auto layer = takeNumber(name);
        if (!layer || *layer >= layers)
            return;
        const std::string start = "text_model.encoder.layers." + std::to_string(*layer) + ".";
        for (const char* kind : {"weight", "bias"}) {
            if (name != std::string("attn.in_proj_") + kind)
                continue;
            int part = 0;
            for (const char* projection : {"q_proj.", "k_proj.", "v_proj."})
                addSlice(result, start + "self_attn." + projection + kind, tensor, part++);
            return;
        }
        replaceStart(name, "ln_1.", "layer_norm1.");
        replaceStart(name, "ln_2.", "layer_norm2.");
        replaceStart(name, "attn.out_proj.", "self_attn.out_proj.");
        replaceStart(name, "mlp.c_fc.", "mlp.fc1.");
        replaceStart(name, "mlp.c_proj.", "mlp.fc2.");
        result.emplace(start + name, tensor);
    }
}

LdmCheckpoint::Family familyOf(const StoredWeights& stored)
{
    for (const auto& [name, tensor] : stored)
        if (ldmStarts(name, "conditioner.embedders.1."))
            return LdmCheckpoint::Family::sdxl;
    for (const auto& [name, tensor] : stored) {
        if (!ldmStarts(name, unetPrefix) || name.find(".attn2.to_k.weight") == std::string::npos ||
            tensor.entry.shape.size() != 2)
            continue;
        const auto width = tensor.entry.shape[1];
        if (width == 768)
            return LdmCheckpoint::Family::sd1;
        if (width == 1024)
            return LdmCheckpoint::Family::sd2;
        throw Error(ErrorCode::invalidFile,
                    "The checkpoint's network reads texts of width " + std::to_string(width) +
                        "; those of Stable Diffusion 1 (768), 2 (1024) and XL are understood.",
                    "Convert it to a diffusers folder.");
    }
    throw Error(ErrorCode::invalidFile, "The checkpoint's network reads no text, so its family is not known.",
                "Convert it to a diffusers folder.");
}

}  // namespace

bool isLdmCheckpoint(const StoredWeights& stored)
{
    const auto first = stored.lower_bound(unetPrefix);
    return first != stored.end() && ldmStarts(first->first, unetPrefix);
}

LdmCheckpoint splitLdmCheckpoint(const StoredWeights& stored)
{
    LdmCheckpoint result;
    result.family = familyOf(stored);
    const int levels = decoderLevels(stored);
    constexpr int sd2Layers = 23;  // the last block of the file is not used
    constexpr int allLayers = 10000;
    for (const auto& [storedName, tensor] : stored) {
        std::string name = storedName;
        if (replaceStart(name, unetPrefix, ""))
            result.unet.emplace(unetName(name), tensor);
        else if (replaceStart(name, vaePrefix, ""))
            result.vae.emplace(vaeName(name, levels), tensor);
        else if (replaceStart(name, "cond_stage_model.transformer.", "") ||
                 replaceStart(name, "conditioner.embedders.0.transformer.", ""))
            result.textEncoder.emplace(name, tensor);
        else if (replaceStart(name, "cond_stage_model.model.", ""))
            addOpenClip(result.textEncoder, name, tensor, sd2Layers);
        else if (replaceStart(name, "conditioner.embedders.1.model.", ""))
            addOpenClip(result.textEncoder2, name, tensor, allLayers);
        else
            ++result.leftOut;
    }
    if (const auto first = result.unet.find("conv_in.weight");
        first != result.unet.end() && first->second.entry.shape.size() == 4)
        result.inputChannels = int(first->second.entry.shape[1]);
    return result;
}

}  // namespace diffuscope::model::diffusers
