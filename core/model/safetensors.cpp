// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/safetensors.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/file_kind.h"
#include "core/base/json_object_reader.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

namespace diffuscope::model {
namespace {

using nlohmann::json;

// The reference implementation's limit for the header; ours for the whole file is far above any model shipped
// here.
constexpr std::uint64_t largestHeaderBytes = 100'000'000;
constexpr std::uint64_t largestFileBytes = 8ull << 30;
constexpr std::uint64_t lengthFieldBytes = 8;
constexpr std::size_t mostDimensions = 8;

struct TypeName
{
    const char* name;
    torch::ScalarType type;
};

constexpr TypeName types[] = {{"F64", torch::kFloat64},   {"F32", torch::kFloat32}, {"F16", torch::kFloat16},
                              {"BF16", torch::kBFloat16}, {"I64", torch::kInt64},   {"I32", torch::kInt32},
                              {"U8", torch::kUInt8}};

struct Entry
{
    std::string name;
    torch::ScalarType type = torch::kFloat32;
    std::vector<int64_t> shape;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

[[noreturn]] void refuseFile(const std::string& path, const std::string& reason)
{
    throw Error(ErrorCode::invalidFile, path + " is not a usable safetensors file: " + reason + ".",
                "Copy the file again from where it came from.");
}

[[noreturn]] void refuseTensor(const std::string& path, const std::string& tensor, const std::string& reason)
{
    refuseFile(path, "its tensor \"" + tensor.substr(0, 100) + "\" " + reason);
}

std::optional<std::uint64_t> asUnsigned(const json& value)
{
    return value.is_number_unsigned() ? std::optional(value.get<std::uint64_t>()) : std::nullopt;
}

torch::ScalarType parseType(const std::string& path, const std::string& name, const json& value)
{
    if (value.is_string()) {
        for (const auto& known : types)
            if (value.get_ref<const std::string&>() == known.name)
                return known.type;
    }
    const std::string shown = value.is_string() ? value.get<std::string>().substr(0, 24) : "of no name";
    throw Error(ErrorCode::invalidFile,
                path + " is not a usable safetensors file: its tensor \"" + name.substr(0, 100) +
                    "\" has the type " + shown + ", which this program does not read.",
                "Convert its tensors to F32, F16 or BF16 first.");
}

// The number of bytes that the shape asks for.
std::uint64_t parseShape(const std::string& path, Entry& entry, const json& value)
{
    if (!value.is_array() || value.size() > mostDimensions)
        refuseTensor(path, entry.name, "has no list of at most 8 sizes as its shape");
    std::uint64_t bytes = torch::elementSize(entry.type);
    for (const auto& item : value) {
        const auto size = asUnsigned(item);
        if (!size || (*size > 0 && bytes > largestFileBytes / *size))
            refuseTensor(path, entry.name, "has an impossible size in its shape");
        bytes *= *size;
        entry.shape.push_back(static_cast<int64_t>(*size));
    }
    return bytes;
}

Entry parseEntry(const std::string& path, const std::string& name, const json& value, std::uint64_t dataBytes)
{
    if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") ||
        !value.contains("data_offsets"))
        refuseTensor(path, name, "lacks its type, shape or offsets");
    Entry entry;
    entry.name = name;
    entry.type = parseType(path, name, value["dtype"]);
    const std::uint64_t bytes = parseShape(path, entry, value["shape"]);
    const json& offsets = value["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !asUnsigned(offsets[0]) || !asUnsigned(offsets[1]))
        refuseTensor(path, name, "has no pair of whole numbers as its offsets");
    entry.begin = *asUnsigned(offsets[0]);
    entry.end = *asUnsigned(offsets[1]);
    if (entry.begin > entry.end || entry.end > dataBytes)
        refuseTensor(path, name, "lies outside the file");
    if (entry.end - entry.begin != bytes) {
        refuseTensor(path, name,
                     "has " + std::to_string(entry.end - entry.begin) + " bytes where its shape needs " +
                         std::to_string(bytes));
    }
    return entry;
}

// Tensors must fill the data without overlap or hole.
void checkCoverage(const std::string& path, std::vector<Entry> entries, std::uint64_t dataBytes)
{
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t reached = 0;
    for (const auto& entry : entries) {
        if (entry.begin < reached)
            refuseTensor(path, entry.name, "overlaps another tensor");
        if (entry.begin > reached)
            refuseTensor(path, entry.name, "leaves a hole of unused bytes before it");
        reached = entry.end;
    }
    if (reached != dataBytes)
        refuseFile(path, std::to_string(dataBytes - reached) + " bytes at its end belong to no tensor");
}

/// A web page or the like is called by its name.
void refuseOtherKind(const std::string& path)
{
    if (const base::FileKind kind = base::fileKindAt(path); kind.isKnown())
        throw Error(ErrorCode::invalidFile, path + " is not a usable safetensors file: " + kind.what + ".",
                    kind.hint);
}

/// Without names given twice, and not nested deeper than a header is.
json parsedHeader(const std::string& path, const std::string& text)
{
    try {
        return base::parsedStrictly("header", text, largestHeaderBytes);
    } catch (const Error& error) {
        const std::string said = error.what();
        if (said.find("is not JSON") != std::string::npos)
            refuseFile(path, "its header is not a JSON object (" + said.substr(0, said.size() - 1) + ")");
        refuseFile(path, "its" + said.substr(3, said.size() - 4));  // "The header gives …"
    }
}

json readHeader(const std::string& path, std::ifstream& file, std::uint64_t fileBytes)
{
    unsigned char lengthBytes[lengthFieldBytes];
    if (fileBytes < lengthFieldBytes)
        refuseOtherKind(path);
    if (fileBytes < lengthFieldBytes || !file.read(reinterpret_cast<char*>(lengthBytes), lengthFieldBytes))
        refuseFile(path, "it is shorter than its own header");
    std::uint64_t length = 0;
    for (std::size_t index = 0; index < lengthFieldBytes; ++index)
        length |= static_cast<std::uint64_t>(lengthBytes[index]) << (8 * index);
    if (length > largestHeaderBytes || length > fileBytes - lengthFieldBytes) {
        refuseOtherKind(path);
        refuseFile(path, "its header claims " + std::to_string(length) + " bytes, the file has " +
                             std::to_string(fileBytes));
    }
    std::string text(length, '\0');
    if (!file.read(text.data(), static_cast<std::streamsize>(length)))
        refuseFile(path, "its header cannot be read");
    const json header = parsedHeader(path, text);
    if (!header.is_object())
        refuseFile(path, "its header is not a JSON object");
    return header;
}

std::map<std::string, std::string> parseMetadata(const std::string& path, const json& value)
{
    std::map<std::string, std::string> metadata;
    if (!value.is_object())
        refuseFile(path, "its metadata is not a JSON object");
    for (const auto& [key, item] : value.items()) {
        if (!item.is_string())
            refuseFile(path, "its metadata holds something other than text");
        metadata[key] = item.get<std::string>();
    }
    return metadata;
}

torch::Tensor readTensor(const std::string& path, std::ifstream& file, const Entry& entry,
                         std::uint64_t dataBegin)
{
    torch::Tensor tensor = torch::empty(entry.shape, entry.type);
    file.seekg(static_cast<std::streamoff>(dataBegin + entry.begin));
    if (!file.read(static_cast<char*>(tensor.data_ptr()),
                   static_cast<std::streamsize>(entry.end - entry.begin)))
        refuseTensor(path, entry.name, "cannot be read to its end");
    return tensor;
}

const char* typeNameOf(const std::string& path, const std::string& name, torch::ScalarType type)
{
    for (const auto& known : types)
        if (known.type == type)
            return known.name;
    throw Error(
        ErrorCode::writeFailed,
        "Cannot write " + path + ": the tensor \"" + name + "\" has the type " + torch::toString(type) + ".",
        "Convert it to float32 first.");
}

}  // namespace

TensorFile readSafetensors(const std::string& path)
{
    std::error_code error;
    const auto fileBytes = std::filesystem::file_size(path, error);
    std::ifstream file(path, std::ios::binary);
    if (error || !file) {
        throw Error(ErrorCode::missingFile, "Cannot open " + path + ".",
                    "Check that the file exists and may be read.");
    }
    if (fileBytes > largestFileBytes)
        refuseFile(path, "it is larger than 8 GiB");
    const json header = readHeader(path, file, fileBytes);
    const auto dataBegin = static_cast<std::uint64_t>(file.tellg());
    const std::uint64_t dataBytes = fileBytes - dataBegin;

    TensorFile result;
    std::vector<Entry> entries;
    for (const auto& [name, value] : header.items())
        if (name == "__metadata__")
            result.metadata = parseMetadata(path, value);
        else
            entries.push_back(parseEntry(path, name, value, dataBytes));
    checkCoverage(path, entries, dataBytes);
    for (const auto& entry : entries)
        result.tensors[entry.name] = readTensor(path, file, entry, dataBegin);
    return result;
}

void writeSafetensors(const std::string& path,
                      const std::vector<std::pair<std::string, torch::Tensor>>& tensors,
                      const std::map<std::string, std::string>& metadata)
{
    json header = json::object();
    if (!metadata.empty())
        header["__metadata__"] = metadata;
    std::vector<torch::Tensor> stored;
    std::uint64_t offset = 0;
    for (const auto& [name, tensor] : tensors) {
        const char* type = typeNameOf(path, name, tensor.scalar_type());
        stored.push_back(tensor.detach().cpu().contiguous());
        const std::uint64_t end = offset + stored.back().nbytes();
        header[name] = {{"dtype", type}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump();
    text.append((lengthFieldBytes - text.size() % lengthFieldBytes) % lengthFieldBytes, ' ');
    std::string length(lengthFieldBytes, '\0');
    for (std::size_t index = 0; index < lengthFieldBytes; ++index)
        length[index] = static_cast<char>(text.size() >> (8 * index) & 0xff);
    std::vector<base::ByteRange> ranges = {{length.data(), length.size()}, {text.data(), text.size()}};
    for (const auto& tensor : stored)
        ranges.push_back({tensor.data_ptr(), tensor.nbytes()});
    base::writeFileAtomically(path, ranges);
}

}  // namespace diffuscope::model
