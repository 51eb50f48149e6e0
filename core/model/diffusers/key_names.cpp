// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/key_names.h"

#include "core/base/error.h"

#include <algorithm>

namespace diffuscope::model::diffusers {
namespace {

bool nameStarts(const std::string& name, const std::string& start)
{
    return name.rfind(start, 0) == 0;
}

bool nameEnds(const std::string& name, const std::string& end)
{
    return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
}

void addNamed(StoredWeights& result, const std::string& name, const StoredTensor& tensor)
{
    const auto [at, isNew] = result.emplace(name, tensor);
    if (!isNew)
        throw Error(ErrorCode::invalidFile,
                    "The tensors \"" + at->second.entry.name + "\" and \"" + tensor.entry.name +
                        "\" both stand for \"" + name + "\".",
                    "Download the weights again; these were written by a faulty conversion.");
}

/// The name without a wrapper that all names have.
StoredWeights withoutWrapper(const StoredWeights& stored)
{
    for (const char* wrapper : {"module.", "_orig_mod.", "unet.", "model."}) {
        const std::string start = wrapper;
        const bool all = !stored.empty() && std::all_of(stored.begin(), stored.end(), [&](const auto& entry) {
            return nameStarts(entry.first, start);
        });
        if (!all)
            continue;
        StoredWeights result;
        for (const auto& [name, tensor] : stored)
            result.emplace(name.substr(start.size()), tensor);
        return withoutWrapper(result);
    }
    return stored;
}

/// query, key, value and proj_attn of attention over pixels, as early files call them.
std::string withCurrentAttention(const std::string& name)
{
    for (const auto& [old, current] : {std::pair<const char*, const char*>{".query.", ".to_q."},
                                       {".key.", ".to_k."},
                                       {".value.", ".to_v."},
                                       {".proj_attn.", ".to_out.0."}})
        if (const auto at = name.rfind(old); at != std::string::npos)
            return name.substr(0, at) + current + name.substr(at + std::string(old).size());
    return name;
}

bool isIgnorable(const std::string& name)
{
    return nameEnds(name, "position_ids") || nameEnds(name, "num_batches_tracked") ||
           name == "pos_embed.pos_embed";
}

}  // namespace

StoredWeights withCurrentNames(const StoredWeights& stored, ComponentKind kind)
{
    const StoredWeights plain = withoutWrapper(stored);
    const bool isText = kind == ComponentKind::clipText;
    const bool hasOldAttention = kind == ComponentKind::unet2d || kind == ComponentKind::autoencoderKl ||
                                 kind == ComponentKind::vqModel;
    const bool lacksTextPrefix = isText && std::none_of(plain.begin(), plain.end(), [](const auto& entry) {
                                     return nameStarts(entry.first, "text_model.");
                                 });
    StoredWeights result;
    for (const auto& [name, tensor] : plain) {
        if (isIgnorable(name))
            continue;
        std::string current = hasOldAttention ? withCurrentAttention(name) : name;
        if (lacksTextPrefix && !nameStarts(current, "text_projection."))
            current = "text_model." + current;
        if (isText && !nameStarts(current, "text_model.") && !nameStarts(current, "text_projection."))
            continue;  // the picture's half of a whole CLIP
        if (const auto at = current.find(".downsamplers.0.op."); at != std::string::npos)
            current = current.substr(0, at) + ".downsamplers.0.conv." + current.substr(at + 19);
        if (const auto at = current.find(".Conv2d_0."); at != std::string::npos) {
            const std::string twin = current.substr(0, at) + ".conv." + current.substr(at + 10);
            if (plain.count(twin) > 0)
                continue;  // very old files hold the layer twice
            current = twin;
        }
        addNamed(result, current, tensor);
    }
    return result;
}

}  // namespace diffuscope::model::diffusers
