// SPDX-License-Identifier: GPL-3.0-or-later
// A safetensors file mapped into memory: its header checked to the last byte, its tensors read in place.
// Files are untrusted: every length, offset, type and shape is checked before it is used. No torch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace diffuscope::base {

enum class ElementType { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };

/// Bytes of one element, and the format's name for the type, e.g. "BF16".
std::size_t elementBytes(ElementType type);
const char* elementName(ElementType type);

struct TensorEntry
{
    std::string name;
    std::string typeName;  ///< as the file says
    std::optional<ElementType>
        type;  ///< absent for types that this program does not compute with (F8_E4M3, …)
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0;  ///< of its bytes, from the end of the header
    std::uint64_t end = 0;

    std::int64_t elements() const;
};

/// "64x3x3x3"; "scalar" for a shape without sizes.
std::string shapeText(const std::vector<std::int64_t>& shape);

class SafetensorsFile
{
public:
    /// Maps the file and checks its header. A file that ends right after its header is accepted (hasData() is
    /// then false): it can be inspected, not loaded. Throws Error(missingFile) where it cannot be opened, and
    /// Error(invalidFile) where it is something else (a Git LFS pointer, a web page, a zip, a pickle: each is
    /// named), is cut off, has the same key twice, or has tensors that overlap, leave holes, or whose bytes
    /// do not agree with their shapes.
    static std::shared_ptr<const SafetensorsFile> open(const std::string& path);

    ~SafetensorsFile();
    SafetensorsFile(const SafetensorsFile&) = delete;
    SafetensorsFile& operator=(const SafetensorsFile&) = delete;

    const std::string& path() const { return m_path; }
    /// In alphabetical order.
    const std::vector<TensorEntry>& entries() const { return m_entries; }
    /// Null where there is no tensor of this name.
    const TensorEntry* find(const std::string& name) const;
    const std::map<std::string, std::string>& metadata() const { return m_metadata; }
    bool hasData() const { return m_hasData; }
    /// The tensor's bytes, valid as long as this lives; the memory is private to the program. Null where the
    /// file has no data.
    std::byte* bytes(const TensorEntry& entry) const;

private:
    SafetensorsFile() = default;
    void map();
    void readHeader();
    void addEntry(const std::string& name, const void* value, std::uint64_t claimed);
    void checkCoverage() const;
    [[noreturn]] void refuse(const std::string& reason, const std::string& hint = {}) const;
    [[noreturn]] void refuseTensor(const std::string& tensor, const std::string& reason) const;

    std::string m_path;
    std::byte* m_memory = nullptr;
    std::uint64_t m_size = 0;
    std::uint64_t m_dataBegin = 0;
    bool m_hasData = true;
    std::vector<TensorEntry> m_entries;
    std::map<std::string, std::string> m_metadata;
};

}  // namespace diffuscope::base
