// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/tensor_pack.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/file_kind.h"
#include "core/base/json_object_reader.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace diffuscope::base {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::uint64_t longestHeader = std::uint64_t(64) << 20;
constexpr std::uint64_t mostTensors = 100'000;
constexpr std::size_t lengthBytes = 8;
const char* const textsKey = "__metadata__";

[[noreturn]] void refuseFile(const std::string& path, const std::string& problem)
{
    throw Error(ErrorCode::invalidFile, std::filesystem::path(path).filename().string() + " " + problem + ".",
                "Open another copy of the session.");
}

std::string littleEndian(std::uint64_t value)
{
    std::string bytes;
    for (std::size_t i = 0; i < lengthBytes; ++i)
        bytes.push_back(char((value >> (8 * i)) & 0xff));
    return bytes;
}

std::uint64_t fromLittleEndian(const char* bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < lengthBytes; ++i)
        value |= std::uint64_t(static_cast<unsigned char>(bytes[i])) << (8 * i);
    return value;
}

/// How many values a shape holds; false where that is more than `most`.
bool countValues(const std::vector<std::uint64_t>& shape, std::uint64_t most, std::uint64_t& count)
{
    count = 1;
    for (const std::uint64_t size : shape) {
        if (size != 0 && count > most / size)
            return false;
        count *= size;
    }
    return count <= most;
}

std::vector<std::uint64_t> wholeNumbers(const json& entry, const char* key, std::size_t most)
{
    std::vector<std::uint64_t> numbers;
    const auto found = entry.find(key);
    if (found == entry.end() || !found->is_array() || found->size() > most)
        throw Error(ErrorCode::invalidFile, "no list of numbers");
    for (const json& number : *found) {
        if (!number.is_number_unsigned())
            throw Error(ErrorCode::invalidFile, "no list of numbers");
        numbers.push_back(number.get<std::uint64_t>());
    }
    return numbers;
}

/// Throws Error where the entry or the file does not hold it.
PackedTensor readTensor(std::ifstream& file, const json& entry, std::uint64_t dataStart,
                        std::uint64_t dataBytes)
{
    const auto fail = [](const char* problem) { throw Error(ErrorCode::invalidFile, problem); };
    if (!entry.is_object() || entry.value("dtype", json()) != "F32")
        fail("not of 32-bit floats");
    PackedTensor tensor{wholeNumbers(entry, "shape", 8), {}};
    const std::vector<std::uint64_t> offsets = wholeNumbers(entry, "data_offsets", 2);
    std::uint64_t count = 0;
    if (offsets.size() != 2 || offsets[0] > offsets[1])
        fail("at no place");
    if (offsets[1] > dataBytes)
        fail("cut off");
    if (!countValues(tensor.shape, dataBytes / sizeof(float), count) ||
        count * sizeof(float) != offsets[1] - offsets[0])
        fail("not as large as it says");
    tensor.values.resize(count);
    file.clear();
    file.seekg(std::streamoff(dataStart + offsets[0]));
    if (count > 0 &&
        !file.read(reinterpret_cast<char*>(tensor.values.data()), std::streamsize(count * sizeof(float))))
        fail("cut off");
    return tensor;
}

json readHeader(std::ifstream& file, const std::string& path, std::uint64_t fileBytes,
                std::uint64_t& headerBytes)
{
    char length[lengthBytes];
    if (fileBytes < lengthBytes || !file.read(length, lengthBytes))
        refuseFile(path, "is empty or cut off");
    headerBytes = fromLittleEndian(length);
    if (headerBytes > longestHeader) {
        const FileKind kind = fileKindAt(path);
        refuseFile(path, "is no session: " + (kind.isKnown() ? kind.what : "it does not begin as one"));
    }
    if (headerBytes > fileBytes - lengthBytes)
        refuseFile(path, "is cut off");
    std::string text(headerBytes, '\0');
    if (!file.read(text.data(), std::streamsize(headerBytes)))
        refuseFile(path, "is cut off");
    json header;
    try {
        header = parsedStrictly("header", text, longestHeader);
    } catch (const Error& error) {
        refuseFile(path, std::string("cannot be read: ") + error.what());
    }
    if (!header.is_object() || header.size() > mostTensors)
        refuseFile(path, "is no session: its header is not one");
    return header;
}

}  // namespace

TensorPack readPack(const std::string& path)
{
    std::error_code problem;
    const std::uint64_t fileBytes = std::filesystem::file_size(path, problem);
    std::ifstream file(path, std::ios::binary);
    if (problem || !file)
        throw Error(ErrorCode::missingFile, path + " cannot be read.", "Choose a file that is there.");
    std::uint64_t headerBytes = 0;
    const json header = readHeader(file, path, fileBytes, headerBytes);
    const std::uint64_t dataStart = lengthBytes + headerBytes;
    TensorPack pack;
    for (const auto& [name, entry] : header.items()) {
        if (name == textsKey) {
            for (const auto& [key, text] : entry.items())
                if (text.is_string())
                    pack.texts[key] = text.get<std::string>();
            continue;
        }
        try {
            pack.tensors[name] = readTensor(file, entry, dataStart, fileBytes - dataStart);
        } catch (const Error& error) {
            pack.problems.push_back("\"" + name.substr(0, 60) + "\" is " + error.what() + ".");
        }
    }
    return pack;
}

void writePack(const std::string& path, const TensorPack& pack)
{
    ordered_json header = ordered_json::object();
    header[textsKey] = pack.texts;
    std::uint64_t offset = 0;
    for (const auto& [name, tensor] : pack.tensors) {
        const std::uint64_t bytes = tensor.values.size() * sizeof(float);
        header[name] = {
            {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + bytes}}};
        offset += bytes;
    }
    std::string text;
    try {
        text = header.dump();
    } catch (const json::exception&) {
        throw Error(ErrorCode::writeFailed, "A text of the session is not UTF-8, so it cannot be written.",
                    "Write names and notes in plain characters.");
    }
    text.resize((text.size() + lengthBytes - 1) / lengthBytes * lengthBytes, ' ');
    const std::string length = littleEndian(text.size());
    std::vector<base::ByteRange> ranges{{length.data(), length.size()}, {text.data(), text.size()}};
    for (const auto& [name, tensor] : pack.tensors)
        ranges.push_back({tensor.values.data(), tensor.values.size() * sizeof(float)});
    base::writeFileAtomically(path, ranges);
}

}  // namespace diffuscope::base
