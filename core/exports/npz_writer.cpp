// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/npz_writer.h"

#include "core/base/error.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <limits>

namespace diffuscope::exports {

namespace {

// PKWARE's APPNOTE 6.3: entries are stored, not compressed (noise does not get smaller). Their checksums and
// sizes are put into the header before them when they are known, which every reader understands; in a pipe
// they follow.
constexpr std::uint32_t localHeader = 0x04034b50, descriptor = 0x08074b50, centralHeader = 0x02014b50,
                        end = 0x06054b50;
constexpr std::uint16_t version = 20, sizesFollow = 1U << 3U;
constexpr std::uint64_t sumsInHeader = 14;
constexpr std::uint16_t time = 0, date = 33;  // 1 January 1980: equal runs give equal files
constexpr std::uint64_t mostBytes = std::numeric_limits<std::uint32_t>::max();

/// Numbers in the byte order of zip files, the lowest first.
class Bytes
{
public:
    Bytes& two(std::uint16_t value) { return number(value, 2); }
    Bytes& four(std::uint32_t value) { return number(value, 4); }
    Bytes& text(const std::string& value)
    {
        m_bytes += value;
        return *this;
    }
    const std::string& all() const { return m_bytes; }

private:
    Bytes& number(std::uint32_t value, int count)
    {
        for (int i = 0; i < count; ++i)
            m_bytes += static_cast<char>(value >> (8 * i) & 0xffU);
        return *this;
    }
    std::string m_bytes;
};

/// NumPy's format 1.0: a Python literal, padded so that the values begin at a multiple of 64.
std::string npyHeader(const std::vector<std::size_t>& shape, bool isDouble)
{
    static_assert(std::endian::native == std::endian::little);
    std::string sizes;
    for (const std::size_t size : shape)
        sizes += std::to_string(size) + ", ";
    std::string header = std::string("{'descr': '") + (isDouble ? "<f8" : "<f4") +
                         "', 'fortran_order': False, 'shape': (" + sizes + "), }";
    constexpr std::size_t align = 64, fixed = 10;
    header.append(align - (fixed + header.size() + 1) % align, ' ');
    header += '\n';
    return std::string("\x93NUMPY\x01\x00", 8) +
           Bytes().two(static_cast<std::uint16_t>(header.size())).all() + header;
}

/// With room for the checksum and the two sizes, sumsInHeader bytes from its beginning.
std::string localHeaderOf(const std::string& name, std::uint16_t flags)
{
    Bytes header;
    header.four(localHeader).two(version).two(flags).two(0).two(time).two(date).four(0).four(0).four(0);
    return header.two(static_cast<std::uint16_t>(name.size())).two(0).all();
}

}  // namespace

NpzWriter::NpzWriter(const std::string& path) : m_path(path), m_file(path)
{
}

void NpzWriter::requireRoom(std::size_t count) const
{
    if (m_written + count > mostBytes)
        throw Error(ErrorCode::writeFailed, "Cannot write " + m_path + ": it would be larger than 4 GiB.",
                    "Choose fewer images or frames.");
}

void NpzWriter::put(const std::string& bytes)
{
    requireRoom(bytes.size());
    m_file.write({bytes.data(), bytes.size()});
    m_written += bytes.size();
}

void NpzWriter::writeBytes(const void* bytes, std::size_t count)
{
    requireRoom(count);
    Entry& entry = m_entries.back();
    entry.checksum =
        static_cast<std::uint32_t>(crc32_z(entry.checksum, static_cast<const unsigned char*>(bytes), count));
    entry.size += static_cast<std::uint32_t>(count);
    m_file.write({bytes, count});
    m_written += count;
}

void NpzWriter::beginEntry(const std::string& name)
{
    m_entries.push_back({name, 0, 0, static_cast<std::uint32_t>(m_written)});
    put(localHeaderOf(name, flags()) + name);
}

void NpzWriter::endEntry()
{
    const Entry& entry = m_entries.back();
    const std::string sums = Bytes().four(entry.checksum).four(entry.size).four(entry.size).all();
    if (m_file.isSeekable())
        m_file.patch(entry.offset + sumsInHeader, {sums.data(), sums.size()});
    else
        put(Bytes().four(descriptor).all() + sums);
}

std::uint16_t NpzWriter::flags() const
{
    return m_file.isSeekable() ? 0 : sizesFollow;
}

void NpzWriter::beginArray(const std::string& name, const std::vector<std::size_t>& shape, bool isDouble)
{
    beginEntry(name + ".npy");
    const std::string header = npyHeader(shape, isDouble);
    writeBytes(header.data(), header.size());
}

void NpzWriter::endArray()
{
    endEntry();
}

void NpzWriter::addText(const std::string& name, const std::string& text)
{
    beginEntry(name);
    writeBytes(text.data(), text.size());
    endEntry();
}

void NpzWriter::finish()
{
    const std::uint64_t begin = m_written;
    for (const Entry& entry : m_entries) {
        Bytes header;
        header.four(centralHeader).two(version).two(version).two(flags()).two(0).two(time).two(date);
        header.four(entry.checksum).four(entry.size).four(entry.size);
        header.two(static_cast<std::uint16_t>(entry.name.size())).two(0).two(0).two(0).two(0).four(0);
        header.four(entry.offset).text(entry.name);
        put(header.all());
    }
    const auto count = static_cast<std::uint16_t>(m_entries.size());
    const auto size = static_cast<std::uint32_t>(m_written - begin);
    put(Bytes()
            .four(end)
            .two(0)
            .two(0)
            .two(count)
            .two(count)
            .four(size)
            .four(static_cast<std::uint32_t>(begin))
            .two(0)
            .all());
    m_file.commit();
}

}  // namespace diffuscope::exports
