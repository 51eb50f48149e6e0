// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/safetensors_file.h"

#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <fcntl.h>
#include <set>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace diffuscope::base {
namespace {

using nlohmann::json;

// The limit of the format's own reader for the header; ours for a file is far above any single shard.
constexpr std::uint64_t largestHeader = 100'000'000;
constexpr std::uint64_t largestTensorFile = std::uint64_t(64) << 30;
constexpr std::uint64_t prefixBytes = 8;
constexpr std::size_t mostDimensions = 8;
constexpr std::size_t longestShownName = 120;

struct ElementKind
{
    ElementType type;
    const char* name;
    std::size_t bytes;
};

constexpr std::array<ElementKind, 10> elementKinds{{{ElementType::f64, "F64", 8},
                                                    {ElementType::f32, "F32", 4},
                                                    {ElementType::f16, "F16", 2},
                                                    {ElementType::bf16, "BF16", 2},
                                                    {ElementType::i64, "I64", 8},
                                                    {ElementType::i32, "I32", 4},
                                                    {ElementType::i16, "I16", 2},
                                                    {ElementType::i8, "I8", 1},
                                                    {ElementType::u8, "U8", 1},
                                                    {ElementType::boolean, "BOOL", 1}}};

const ElementKind& kindOf(ElementType type)
{
    return *std::find_if(elementKinds.begin(), elementKinds.end(),
                         [type](const ElementKind& kind) { return kind.type == type; });
}

std::optional<ElementType> typeOf(const std::string& name)
{
    for (const auto& kind : elementKinds)
        if (name == kind.name)
            return kind.type;
    return std::nullopt;
}

std::string shortened(const std::string& name)
{
    return name.size() <= longestShownName ? name : name.substr(0, longestShownName) + "…";
}

bool startsWith(std::string_view text, std::string_view start)
{
    return text.substr(0, start.size()) == start;
}

/// What the file is instead, and what to do; empty where its first bytes may begin a safetensors file.
std::pair<std::string, std::string> otherKind(std::string_view start)
{
    if (start.empty())
        return {"it is empty", "Download it again."};
    if (startsWith(start, "version https://git-lfs"))
        return {"it is a Git LFS pointer, a few lines of text that stand for the weights",
                "Fetch the weights with \"git lfs pull\" in that folder, or download the file itself."};
    std::string_view text = start;
    while (!text.empty() &&
           (text.front() == ' ' || text.front() == '\n' || text.front() == '\r' || text.front() == '\t' ||
            text.front() == '\xef' || text.front() == '\xbb' || text.front() == '\xbf'))
        text.remove_prefix(1);
    if (startsWith(text, "<"))
        return {"it is a web page, not weights",
                "The page with the link was saved, or the site asked for a login; download the file itself."};
    if (startsWith(start, "PK\x03\x04"))
        return {"it is a zip archive, as torch.save writes: a pickle, which can run code when it is opened",
                "Convert it to safetensors with Python first; renaming it does not."};
    if (start[0] == '\x80' && start.size() > 1 && start[1] >= 2 && start[1] <= 5)
        return {"it is a pickle, which can run code when it is opened",
                "Convert it to safetensors with Python first; renaming it does not."};
    if (startsWith(start, "GGUF"))
        return {"it is a GGUF file of quantised weights", "Take the model's safetensors files instead."};
    if (startsWith(start, "\x89HDF"))
        return {"it is an HDF5 file", "Take the model's safetensors files instead."};
    if (startsWith(start, "\x1f\x8b"))
        return {"it is packed with gzip", "Unpack it first."};
    if (startsWith(text, "{"))
        return {"it is JSON text", "Take the weights beside it instead."};
    return {};
}

std::optional<std::uint64_t> unsignedOf(const json& value)
{
    return value.is_number_unsigned() ? std::optional(value.get<std::uint64_t>()) : std::nullopt;
}

}  // namespace

std::size_t elementBytes(ElementType type)
{
    return kindOf(type).bytes;
}

const char* elementName(ElementType type)
{
    return kindOf(type).name;
}

std::int64_t TensorEntry::elements() const
{
    std::int64_t count = 1;
    for (const auto size : shape)
        count *= size;
    return count;
}

std::string shapeText(const std::vector<std::int64_t>& shape)
{
    if (shape.empty())
        return "scalar";
    std::string text;
    for (const auto size : shape)
        text += (text.empty() ? "" : "x") + std::to_string(size);
    return text;
}

void SafetensorsFile::refuse(const std::string& reason, const std::string& hint) const
{
    throw Error(ErrorCode::invalidFile, m_path + " is not a usable safetensors file: " + reason + ".",
                hint.empty() ? "Download it again, or copy it again from where it came from." : hint);
}

void SafetensorsFile::refuseTensor(const std::string& tensor, const std::string& reason) const
{
    refuse("its tensor \"" + shortened(tensor) + "\" " + reason);
}

SafetensorsFile::~SafetensorsFile()
{
    if (m_memory != nullptr)
        munmap(m_memory, m_size);
}

void SafetensorsFile::map()
{
    const int file = ::open(m_path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status
    {
    };
    if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        if (file >= 0)
            close(file);
        throw Error(ErrorCode::missingFile, "Cannot open " + m_path + ".",
                    "Check that the file exists and may be read.");
    }
    m_size = std::uint64_t(status.st_size);
    // Private: what the program writes into a tensor never reaches the file.
    void* memory = m_size > 0 ? mmap(nullptr, m_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0) : nullptr;
    close(file);
    if (memory == MAP_FAILED)
        throw Error(ErrorCode::outOfMemory, "Cannot map " + m_path + " into memory.",
                    "Close other programs, or check that the disk is still there.");
    m_memory = static_cast<std::byte*>(memory);
}

void SafetensorsFile::addEntry(const std::string& name, const void* field, std::uint64_t claimed)
{
    const json& value = *static_cast<const json*>(field);
    if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") ||
        !value.contains("data_offsets") || !value["dtype"].is_string())
        refuseTensor(name, "lacks its type, shape or offsets");
    TensorEntry entry;
    entry.name = name;
    entry.typeName = value["dtype"].get<std::string>().substr(0, 24);
    entry.type = typeOf(entry.typeName);
    const json& shape = value["shape"];
    if (!shape.is_array() || shape.size() > mostDimensions)
        refuseTensor(name, "has no list of at most 8 sizes as its shape");
    std::uint64_t elements = 1;
    for (const auto& item : shape) {
        const auto size = unsignedOf(item);
        if (!size || (*size > 0 && elements > largestTensorFile / *size))
            refuseTensor(name, "has an impossible size in its shape");
        elements *= *size;
        entry.shape.push_back(std::int64_t(*size));
    }
    const json& offsets = value["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !unsignedOf(offsets[0]) || !unsignedOf(offsets[1]))
        refuseTensor(name, "has no pair of whole numbers as its offsets");
    entry.begin = *unsignedOf(offsets[0]);
    entry.end = *unsignedOf(offsets[1]);
    if (entry.begin > entry.end || entry.end > claimed)
        refuseTensor(name, "lies outside the file");
    if (entry.type && entry.end - entry.begin != elements * elementBytes(*entry.type))
        refuseTensor(name, "has " + std::to_string(entry.end - entry.begin) +
                               " bytes where its shape needs " +
                               std::to_string(elements * elementBytes(*entry.type)));
    m_entries.push_back(std::move(entry));
}

void SafetensorsFile::checkCoverage() const
{
    std::vector<const TensorEntry*> order;
    for (const auto& entry : m_entries)
        order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const TensorEntry* a, const TensorEntry* b) {
        return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
    });
    std::uint64_t reached = 0;
    for (const auto* entry : order) {
        if (entry->begin < reached)
            refuseTensor(entry->name, "overlaps another tensor");
        if (entry->begin > reached)
            refuseTensor(entry->name, "leaves a hole of unused bytes before it");
        reached = entry->end;
    }
    const std::uint64_t present = m_size - m_dataBegin;
    if (m_hasData && reached < present)
        refuse(std::to_string(present - reached) + " bytes at its end belong to no tensor");
}

void SafetensorsFile::readHeader()
{
    const auto* bytes = reinterpret_cast<const unsigned char*>(m_memory);
    const std::string_view start(reinterpret_cast<const char*>(bytes), std::min<std::uint64_t>(m_size, 64));
    std::uint64_t length = 0;
    for (std::uint64_t index = 0; index < prefixBytes && index < m_size; ++index)
        length |= std::uint64_t(bytes[index]) << (8 * index);
    const bool tooLong = m_size < prefixBytes || length > largestHeader || length > m_size - prefixBytes;
    if (const auto [what, hint] = otherKind(start); tooLong && !what.empty())
        refuse(what, hint);
    if (m_size < prefixBytes)
        refuse("it is shorter than its own header");
    if (tooLong)
        refuse("its header claims " + std::to_string(length) + " bytes, the file has " +
               std::to_string(m_size));
    m_dataBegin = prefixBytes + length;

    // A repeated key is a mistake, or an attempt to show one thing and load another.
    std::set<std::string> keys;
    std::string repeated;
    const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
        if (event == json::parse_event_t::key && depth == 1 &&
            !keys.insert(parsed.get<std::string>()).second && repeated.empty())
            repeated = parsed.get<std::string>();
        return true;
    };
    const char* text = reinterpret_cast<const char*>(m_memory) + prefixBytes;
    const json header = json::parse(text, text + length, watch, /*allow_exceptions=*/false);
    if (!header.is_object())
        refuse("its header is not a JSON object");
    if (!repeated.empty())
        refuse("its header has the key \"" + shortened(repeated) + "\" twice");

    std::uint64_t claimed = 0;
    for (const auto& [name, value] : header.items())
        if (name != "__metadata__" && value.is_object() && value.contains("data_offsets") &&
            value["data_offsets"].is_array() && value["data_offsets"].size() == 2)
            claimed = std::max(claimed, unsignedOf(value["data_offsets"][1]).value_or(0));
    const std::uint64_t present = m_size - m_dataBegin;
    m_hasData = present > 0 || claimed == 0;
    if (m_hasData && claimed > present)
        refuse("it is cut off: " + std::to_string(present) + " of " + std::to_string(claimed) +
                   " bytes of weights are there",
               "The download or copy did not finish; fetch it again.");
    for (const auto& [name, value] : header.items()) {
        if (name != "__metadata__") {
            addEntry(name, &value, claimed);
            continue;
        }
        if (!value.is_object())
            refuse("its metadata is not a JSON object");
        for (const auto& [key, item] : value.items()) {
            if (!item.is_string())
                refuse("its metadata holds something other than text");
            m_metadata[key] = item.get<std::string>();
        }
    }
    checkCoverage();
}

std::shared_ptr<const SafetensorsFile> SafetensorsFile::open(const std::string& path)
{
    const std::shared_ptr<SafetensorsFile> file(new SafetensorsFile);
    file->m_path = path;
    file->map();
    file->readHeader();
    return file;
}

const TensorEntry* SafetensorsFile::find(const std::string& name) const
{
    const auto found = std::lower_bound(
        m_entries.begin(), m_entries.end(), name,
        [](const TensorEntry& entry, const std::string& wanted) { return entry.name < wanted; });
    return found != m_entries.end() && found->name == name ? &*found : nullptr;
}

std::byte* SafetensorsFile::bytes(const TensorEntry& entry) const
{
    return m_hasData ? m_memory + m_dataBegin + entry.begin : nullptr;
}

}  // namespace diffuscope::base
