// SPDX-License-Identifier: GPL-3.0-or-later
// Writes whole files so that no one ever sees half of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace diffuscope::base {

struct ByteRange
{
    const void* data;
    std::size_t size;
};

/// A file that is written piece by piece beside `path`, and takes its place in one step at the end, with the
/// permissions of the file that it replaces. Symbolic links are followed; devices, pipes and the program's
/// own open files (/dev/stdout, /dev/fd/N) are written to as they are. Every function throws
/// Error(writeFailed) that names the file and the reason; until commit() has returned, nothing is left of it
/// where the object goes.
class AtomicFile
{
public:
    explicit AtomicFile(const std::string& path);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(const ByteRange& range);
    /// Whether patch() is possible: a pipe has no earlier bytes.
    bool isSeekable() const;
    /// Writes over bytes that were written before, `offset` from the beginning. Only where isSeekable().
    void patch(std::uint64_t offset, const ByteRange& range);
    /// Flushes it to the disk and renames it to its path.
    void commit();

private:
    void require(bool succeeded) const;
    void openBeside();
    /// The target is no device nor a pipe, which a file must not replace.
    bool isReplaced() const { return m_path != m_target; }

    std::string m_asked;  ///< as the caller named it
    std::string m_target;
    std::string m_path;  ///< that is written to
    int m_descriptor = -1;
    bool m_committed = false;
};

/// Writes the ranges one after the other to a temporary file beside `path`, flushes it to the disk and
/// renames it to `path`. Throws Error, with the temporary file removed.
void writeFileAtomically(const std::string& path, const std::vector<ByteRange>& ranges);

void writeFileAtomically(const std::string& path, const std::string& text);

/// Whether what is written to `path` goes to a device, a pipe or an open file of the program: nothing belongs
/// beside it.
bool isStream(const std::string& path);

}  // namespace diffuscope::base
