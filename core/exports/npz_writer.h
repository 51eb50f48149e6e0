// SPDX-License-Identifier: GPL-3.0-or-later
// NumPy's .npz: a zip archive of arrays, which numpy.load reads.
#pragma once

#include "core/base/atomic_file.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace diffuscope::exports {

/// Arrays are written piece by piece, so that none of them has to fit into memory. The file appears when
/// finish() has returned, and not at all otherwise. Every function throws Error(writeFailed), also where the
/// file would be larger than 4 GiB, which this kind of archive cannot be.
class NpzWriter
{
public:
    explicit NpzWriter(const std::string& path);

    /// An array in C order. Its values follow through write(), exactly as many as the shape says.
    void beginArray(const std::string& name, const std::vector<std::size_t>& shape, bool isDouble = false);
    void write(std::span<const float> values) { writeBytes(values.data(), values.size_bytes()); }
    void write(std::span<const double> values) { writeBytes(values.data(), values.size_bytes()); }
    void endArray();
    /// A text beside the arrays, under its file name.
    void addText(const std::string& name, const std::string& text);
    void finish();

private:
    struct Entry
    {
        std::string name;
        std::uint32_t checksum = 0, size = 0, offset = 0;
    };
    std::uint16_t flags() const;
    void beginEntry(const std::string& name);
    void endEntry();
    void writeBytes(const void* bytes, std::size_t count);
    void put(const std::string& bytes);
    void requireRoom(std::size_t count) const;

    std::string m_path;
    base::AtomicFile m_file;
    std::uint64_t m_written = 0;
    std::vector<Entry> m_entries;
};

}  // namespace diffuscope::exports
