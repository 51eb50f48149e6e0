// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/weight_files.h"

#include "core/base/error.h"
#include "core/model/diffusers/config_reader.h"

#include <algorithm>
#include <set>

namespace diffuscope::model::diffusers {
namespace {

namespace fs = std::filesystem;

constexpr const char* extension = ".safetensors";
constexpr std::size_t mostShards = 1000;

bool endsWith(const std::string& text, const std::string& end)
{
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool startsWithText(const std::string& text, const std::string& start)
{
    return text.rfind(start, 0) == 0;
}

std::set<std::string> fileNames(const fs::path& folder)
{
    std::set<std::string> names;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(folder, failure))
        if (entry.is_regular_file(failure))
            names.insert(entry.path().filename().string());
    return names;
}

bool isShardName(const std::string& name)
{
    return name.find("-of-") != std::string::npos;
}

/// "fp16" of "model.fp16.safetensors" and of "model.safetensors.index.fp16.json"; nothing for other files of
/// the stem, an empty text for its plain file.
std::optional<std::string> variantOf(const std::string& name, const std::string& stem)
{
    if (!startsWithText(name, stem + "."))
        return std::nullopt;
    const std::string rest = name.substr(stem.size());
    if (rest == extension || rest == std::string(extension) + ".index.json")
        return std::string();
    const auto between = [&](const std::string& start, const std::string& end) -> std::optional<std::string> {
        if (rest.size() <= start.size() + end.size() || !startsWithText(rest, start) || !endsWith(rest, end))
            return std::nullopt;
        return rest.substr(start.size(), rest.size() - start.size() - end.size());
    };
    for (const auto& [start, end] : {std::pair<std::string, std::string>{".safetensors.index.", ".json"},
                                     {".safetensors.", ".index.json"},
                                     {".", ".safetensors.index.json"},
                                     {".", ".safetensors"}})
        if (const auto variant = between(start, end); variant && variant->find('.') == std::string::npos)
            return variant;
    return std::nullopt;
}

void addTensors(const std::shared_ptr<const base::SafetensorsFile>& file, StoredWeights& tensors)
{
    for (const auto& entry : file->entries()) {
        const auto [at, isNew] = tensors.emplace(entry.name, StoredTensor{file, entry});
        if (!isNew)
            throw Error(ErrorCode::invalidFile,
                        "The tensor \"" + entry.name + "\" is in two files: " + at->second.file->path() +
                            " and " + file->path() + ".",
                        "Keep the shards of one download only.");
    }
}

/// A shard's name may not lead out of the folder.
bool isPlainName(const std::string& name)
{
    return !name.empty() && name.find('/') == std::string::npos && name.find('\\') == std::string::npos &&
           name.find("..") == std::string::npos && name.find(':') == std::string::npos &&
           name.find('\0') == std::string::npos && !fs::path(name).is_absolute();
}

void openShards(const fs::path& folder, const std::string& index, WeightFiles& result)
{
    const std::string where = (folder / index).string();
    const auto content = readPythonJson(where, 64u << 20);
    const auto map = content.find("weight_map");
    if (map == content.end() || !map->is_object() || map->empty())
        throw Error(ErrorCode::invalidFile,
                    where + " has no \"weight_map\" that says which file holds each tensor.",
                    "Download the index again.");
    std::map<std::string, std::vector<std::string>> shards;
    for (const auto& [tensor, file] : map->items()) {
        if (!file.is_string() || !isPlainName(file.get<std::string>()))
            throw Error(ErrorCode::invalidFile,
                        where + " names a file outside its folder: " + file.dump().substr(0, 100) + ".",
                        "Do not use this download; take the model from its source.");
        shards[file.get<std::string>()].push_back(tensor);
    }
    if (shards.size() > mostShards)
        throw Error(ErrorCode::invalidFile, where + " names more than 1000 files.",
                    "Download the index again.");
    std::vector<std::string> missing;
    for (const auto& [file, tensors] : shards)
        if (!fs::is_regular_file(folder / file))
            missing.push_back(file);
    if (!missing.empty())
        throw Error(ErrorCode::missingFile,
                    "Of the " + std::to_string(shards.size()) + " files of weights in " + folder.string() +
                        ", " + (missing.size() == 1 ? "one is" : std::to_string(missing.size()) + " are") +
                        " missing: " + missing.front() + (missing.size() > 1 ? ", …" : "") + ".",
                    "Download the missing files into that folder.");
    for (const auto& [name, tensors] : shards) {
        const auto file = base::SafetensorsFile::open((folder / name).string());
        for (const auto& tensor : tensors)
            if (file->find(tensor) == nullptr)
                throw Error(
                    ErrorCode::invalidFile,
                    "The index says that " + name + " holds the tensor \"" + tensor + "\", but it does not.",
                    "Download the shards and their index again, from one version.");
        result.paths.push_back(file->path());
        addTensors(file, result.tensors);
    }
    result.isSharded = true;
}

/// What lies in the folder instead of weights that can be read.
[[noreturn]] void refuseFolder(const fs::path& folder, const std::set<std::string>& names)
{
    for (const auto& name : names)
        if (isShardName(name) && endsWith(name, extension))
            throw Error(
                ErrorCode::missingFile,
                folder.string() + " has shards of weights but not their index (….safetensors.index.json).",
                "Download the index into that folder.");
    for (const auto& name : names)
        refusePickle(folder / name);
    for (const auto& name : names)
        for (const char* other : {".gguf", ".onnx", ".msgpack", ".h5", ".pb", ".tflite"})
            if (endsWith(name, other))
                throw Error(ErrorCode::invalidFile,
                            (folder / name).string() + " is of a format that this program does not read.",
                            "Download the model's safetensors file (diffusion_pytorch_model.safetensors or "
                            "model.safetensors) into that folder.");
    throw Error(ErrorCode::missingFile, folder.string() + " holds no weights.",
                "Put diffusion_pytorch_model.safetensors there (model.safetensors for a text encoder).");
}

}  // namespace

std::vector<std::int64_t> StoredTensor::shape() const
{
    std::vector<std::int64_t> shape = entry.shape;
    if (isTransposed && shape.size() == 2)
        std::swap(shape[0], shape[1]);
    if (parts > 1 && !shape.empty())
        shape[0] /= parts;
    return shape;
}

WeightCount countWeights(const StoredWeights& tensors)
{
    WeightCount count;
    for (const auto& [name, tensor] : tensors) {
        std::int64_t parameters = 1;
        for (const auto size : tensor.shape())
            parameters *= size;
        ++count.tensors;
        count.parameters += parameters;
        count.bytes += std::int64_t(tensor.entry.end - tensor.entry.begin) / tensor.parts;
    }
    return count;
}

void refusePickle(const fs::path& file)
{
    const std::string name = file.filename().string();
    for (const char* pickle : {".ckpt", ".bin", ".pt", ".pth"}) {
        if (!endsWith(name, pickle))
            continue;
        const std::string converted =
            file.stem().string() == "pytorch_model" ? "model" : file.stem().string();
        throw Error(
            ErrorCode::invalidFile,
            file.string() + " is a pickle, which can run code when it is opened, so it is not read.",
            "Convert it in its folder with Python: import torch; from safetensors.torch import save_file; "
            "d = torch.load('" +
                name +
                "', map_location='cpu', weights_only=True); "
                "d = d.get('state_dict', d); save_file({k: v.clone().contiguous() for k, v in d.items() if "
                "torch.is_tensor(v)}, '" +
                converted + ".safetensors')");
    }
}

WeightFiles openWeightFile(const fs::path& file)
{
    refusePickle(file);
    WeightFiles result;
    const auto opened = base::SafetensorsFile::open(file.string());
    result.paths.push_back(opened->path());
    addTensors(opened, result.tensors);
    return result;
}

WeightFiles openWeights(const fs::path& folder, const std::string& variant)
{
    const std::set<std::string> names = fileNames(folder);
    for (const char* stem : {"diffusion_pytorch_model", "model"}) {
        // The file or, better, the index of each variant that is there.
        std::map<std::string, std::string> variants;
        for (const auto& name : names) {
            const auto found = isShardName(name) ? std::nullopt : variantOf(name, stem);
            if (!found)
                continue;
            std::string& chosen = variants[*found];
            if (chosen.empty() || endsWith(chosen, ".json"))
                chosen = name;
        }
        if (variants.empty())
            continue;
        auto chosen = variants.find(variant);
        if (chosen == variants.end())
            chosen = variants.find("");
        if (chosen == variants.end())
            chosen = variants.begin();
        WeightFiles result;
        if (endsWith(chosen->second, ".json"))
            openShards(folder, chosen->second, result);
        else
            result = openWeightFile(folder / chosen->second);
        result.variant = chosen->first;
        for (const auto& [name, file] : variants)
            if (name != chosen->first)
                result.otherVariants.push_back(name.empty() ? "plain" : name);
        return result;
    }
    refuseFolder(folder, names);
}

}  // namespace diffuscope::model::diffusers
