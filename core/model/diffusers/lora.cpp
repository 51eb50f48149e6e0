// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/lora.h"

#include "core/base/error.h"

#include <algorithm>
#include <set>

namespace diffuscope::model::diffusers {
namespace {

enum class LoraPart { unet, text, text2 };
enum class LoraRole { down, up, alpha };

struct LoraKey
{
    LoraPart part;
    std::string module;
    LoraRole role;
};

bool loraStarts(const std::string& text, const std::string& start)
{
    return text.rfind(start, 0) == 0;
}

/// Cuts `end` off, where it is there.
bool cutEnd(std::string& text, const std::string& end)
{
    if (text.size() <= end.size() || text.compare(text.size() - end.size(), end.size(), end) != 0)
        return false;
    text.resize(text.size() - end.size());
    return true;
}

/// "down_blocks_0_attentions_0_…" by the dotted name: kohya writes underscores for dots.
std::map<std::string, std::string> byUnderscores(const std::vector<std::string>& modules)
{
    std::map<std::string, std::string> result;
    for (const auto& module : modules) {
        std::string name = module;
        std::replace(name.begin(), name.end(), '.', '_');
        result[name] = module;
    }
    return result;
}

std::optional<LoraRole> cutRole(std::string& name)
{
    for (const char* end : {".lora_A.weight", ".lora_A.default.weight", ".lora.down.weight",
                            ".lora_linear_layer.down.weight", ".lora_down.weight", "_lora.down.weight"})
        if (cutEnd(name, end))
            return LoraRole::down;
    for (const char* end : {".lora_B.weight", ".lora_B.default.weight", ".lora.up.weight",
                            ".lora_linear_layer.up.weight", ".lora_up.weight", "_lora.up.weight"})
        if (cutEnd(name, end))
            return LoraRole::up;
    for (const char* end : {".alpha", ".lora.alpha", ".lora_alpha"})
        if (cutEnd(name, end))
            return LoraRole::alpha;
    return std::nullopt;
}

/// attn1.processor.to_q is attn1.to_q; to_out is the first of its list.
std::string dottedModule(std::string name)
{
    if (const auto at = name.find(".processor."); at != std::string::npos)
        name = name.substr(0, at) + name.substr(at + 10);
    if (loraStarts(name, "base_model.model."))
        name = name.substr(17);
    std::string probe = name;
    if (cutEnd(probe, ".to_out"))
        name += ".0";
    return name;
}

class LoraNames
{
public:
    explicit LoraNames(const LoraTargets& targets)
        : m_unet(byUnderscores(targets.unet)),
          m_text(byUnderscores(targets.textEncoder)),
          m_text2(byUnderscores(targets.textEncoder2))
    {
    }

    std::optional<LoraKey> parse(std::string name) const
    {
        const auto role = cutRole(name);
        if (!role)
            return std::nullopt;
        for (const auto& [prefix, part] : {std::pair<const char*, LoraPart>{"lora_unet_", LoraPart::unet},
                                           {"lora_te1_", LoraPart::text},
                                           {"lora_te2_", LoraPart::text2},
                                           {"lora_te_", LoraPart::text}})
            if (loraStarts(name, prefix)) {
                const std::string flat = name.substr(std::string(prefix).size());
                const auto& known = names(part);
                const auto found = known.find(flat);
                return LoraKey{part, found != known.end() ? found->second : flat, *role};
            }
        for (const auto& [prefix, part] : {std::pair<const char*, LoraPart>{"unet.", LoraPart::unet},
                                           {"text_encoder_2.", LoraPart::text2},
                                           {"text_encoder.", LoraPart::text}})
            if (loraStarts(name, prefix))
                return LoraKey{part, dottedModule(name.substr(std::string(prefix).size())), *role};
        // Old files of the network alone have no prefix.
        return LoraKey{LoraPart::unet, dottedModule(name), *role};
    }

    bool has(LoraPart part, const std::string& module) const
    {
        std::string flat = module;
        std::replace(flat.begin(), flat.end(), '.', '_');
        const auto& known = names(part);
        const auto found = known.find(flat);
        return found != known.end() && found->second == module;
    }

private:
    const std::map<std::string, std::string>& names(LoraPart part) const
    {
        return part == LoraPart::unet ? m_unet : part == LoraPart::text ? m_text : m_text2;
    }

    std::map<std::string, std::string> m_unet;
    std::map<std::string, std::string> m_text;
    std::map<std::string, std::string> m_text2;
};

void checkUpdate(const std::string& path, const std::string& module, const LoraUpdate& update)
{
    const bool complete = update.down.defined() && update.up.defined();
    if (complete && update.down.dim() >= 2 && update.up.dim() >= 2 &&
        update.down.size(0) == update.up.size(1))
        return;
    throw Error(ErrorCode::invalidFile,
                path + " has no matching pair of matrices for the module " + module + ".",
                "Download the LoRA again.");
}

}  // namespace

Tensor LoraUpdate::difference() const
{
    const Tensor a = down.to(torch::kFloat32);
    const Tensor b = up.to(torch::kFloat32);
    Tensor product = at::mm(b.flatten(1), a.flatten(1)) * (alpha / rank());
    if (a.dim() == 4)
        product = product.view({b.size(0), a.size(1), a.size(2), a.size(3)});
    return product;
}

std::vector<std::string> loraModules(const std::vector<ExpectedTensor>& tensors)
{
    std::vector<std::string> modules;
    for (const auto& tensor : tensors) {
        std::string name = tensor.name;
        if (tensor.shape.size() >= 2 && cutEnd(name, ".weight"))
            modules.push_back(name);
    }
    return modules;
}

LoraFile readLora(const std::string& path, const LoraTargets& targets)
{
    refusePickle(path);
    const LoraNames names(targets);
    LoraFile result;
    std::set<std::string> unknown;
    for (const auto& [name, tensor] : readTensors(path)) {
        const auto key = names.parse(name);
        if (!key)
            throw Error(ErrorCode::invalidFile,
                        path + " is not a LoRA of a kind that is read here: it holds \"" +
                            name.substr(0, 120) + "\".",
                        "peft, diffusers and kohya files with lora_down and lora_up are read; LoHa, LoKr and "
                        "DoRA are "
                        "not.");
        if (!names.has(key->part, key->module))
            unknown.insert(key->module);
        auto& part = key->part == LoraPart::unet   ? result.unet
                     : key->part == LoraPart::text ? result.textEncoder
                                                   : result.textEncoder2;
        LoraUpdate& update = part[key->module];
        switch (key->role) {
            case LoraRole::down:
                update.down = tensor;
                break;
            case LoraRole::up:
                update.up = tensor;
                break;
            case LoraRole::alpha:
                update.alpha = tensor.to(torch::kFloat64).flatten()[0].item<double>();
                break;
        }
    }
    if (!unknown.empty())
        throw Error(ErrorCode::invalidFile,
                    path + " is a LoRA for another model: this one has no " + *unknown.begin() + " (" +
                        std::to_string(unknown.size()) + " of its modules are missing).",
                    "Open the model that the LoRA was trained on.");
    for (auto* part : {&result.unet, &result.textEncoder, &result.textEncoder2})
        for (auto& [module, update] : *part) {
            checkUpdate(path, module, update);
            if (update.alpha == 0)
                update.alpha = update.rank();
        }
    return result;
}

Tensor LoraSource::take(const std::string& name, const std::vector<std::int64_t>& shape)
{
    const Tensor tensor = m_inner.take(name, shape);
    std::string module = name;
    if (!tensor.defined() || !cutEnd(module, ".weight"))
        return tensor;
    const auto found = m_updates.find(module);
    if (found == m_updates.end())
        return tensor;
    const Tensor difference = found->second.difference();
    if (difference.numel() != tensor.numel() || difference.size(0) != tensor.size(0))
        throw Error(
            ErrorCode::invalidFile,
            "The LoRA is for another model: its update of " + module + " has another shape than the weight.",
            "Open the model that the LoRA was trained on.");
    const Tensor merged =
        tensor.to(torch::kFloat32) + (m_scale * difference).reshape(tensor.sizes()).to(tensor.device());
    return merged.to(tensor.scalar_type());
}

}  // namespace diffuscope::model::diffusers
