// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"

#include "core/base/error.h"

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace diffuscope::base {

namespace {

/// The number of an open file of this program that `path` names: /dev/stdout, /dev/fd/63; −1 where it is
/// none.
int ownDescriptor(const std::string& path)
{
    if (path == "/dev/stdout" || path == "/proc/self/fd/1")
        return STDOUT_FILENO;
    if (path == "/dev/stderr")
        return STDERR_FILENO;
    for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
        int number = -1;
        if (path.starts_with(folder)) {
            const char* const end = path.data() + path.size();
            const auto read = std::from_chars(path.data() + folder.size(), end, number);
            if (read.ec == std::errc() && read.ptr == end && ::fcntl(number, F_GETFD) >= 0)
                return number;
        }
    }
    return -1;
}

/// Where a chain of symbolic links ends, also where nothing is there yet.
std::string linkEnd(const std::string& path)
{
    constexpr int mostLinks = 40;
    std::filesystem::path end(path);
    std::error_code problem;
    for (int link = 0; link < mostLinks && std::filesystem::is_symlink(end, problem); ++link) {
        const auto next = std::filesystem::read_symlink(end, problem);
        if (problem)
            break;
        end = next.is_absolute() ? next : end.parent_path() / next;
    }
    return end.string();
}

/// Two threads may write the same file at once: the last to end is the one that stays, whole.
unsigned nextNumber()
{
    static std::atomic<unsigned> last{0};
    return ++last;
}

constexpr mode_t usualMode = 0644, modeBits = 0777;

}  // namespace

AtomicFile::AtomicFile(const std::string& path) : m_asked(path), m_target(path), m_path(path)
{
    if (const int own = ownDescriptor(path); own >= 0) {
        m_descriptor = ::fcntl(own, F_DUPFD_CLOEXEC, 3);
        require(m_descriptor >= 0);
        return;
    }
    openBeside();
}

void AtomicFile::openBeside()
{
    m_target = m_path = linkEnd(m_asked);
    struct stat present
    {
    };
    const bool isThere = ::stat(m_target.c_str(), &present) == 0;
    if (!isThere || S_ISREG(present.st_mode))
        m_path += ".part-" + std::to_string(::getpid()) + "-" + std::to_string(nextNumber());
    m_descriptor = ::open(m_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, usualMode);
    require(m_descriptor >= 0);
    if (isThere && isReplaced())
        (void)::fchmod(m_descriptor, present.st_mode & modeBits);
}

AtomicFile::~AtomicFile()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    if (!m_committed && isReplaced())
        ::unlink(m_path.c_str());
}

void AtomicFile::write(const ByteRange& range)
{
    const char* next = static_cast<const char*>(range.data);
    std::size_t left = range.size;
    while (left > 0) {
        const ssize_t written = ::write(m_descriptor, next, left);
        if (written < 0 && errno == EINTR)
            continue;
        require(written > 0);
        next += written;
        left -= static_cast<std::size_t>(written);
    }
}

bool AtomicFile::isSeekable() const
{
    return isReplaced();
}

void AtomicFile::patch(std::uint64_t offset, const ByteRange& range)
{
    const off_t end = ::lseek(m_descriptor, 0, SEEK_CUR);
    require(end >= 0 && ::lseek(m_descriptor, static_cast<off_t>(offset), SEEK_SET) >= 0);
    write(range);
    require(::lseek(m_descriptor, end, SEEK_SET) >= 0);
}

void AtomicFile::commit()
{
    require(!isReplaced() || ::fsync(m_descriptor) == 0);
    const int descriptor = m_descriptor;
    m_descriptor = -1;
    require(::close(descriptor) == 0);
    require(!isReplaced() || ::rename(m_path.c_str(), m_target.c_str()) == 0);
    m_committed = true;
}

void AtomicFile::require(bool succeeded) const
{
    if (!succeeded) {
        throw Error(ErrorCode::writeFailed, "Cannot write " + m_asked + ": " + std::strerror(errno) + ".",
                    "Check that the folder exists, may be written to and has room.");
    }
}

void writeFileAtomically(const std::string& path, const std::vector<ByteRange>& ranges)
{
    AtomicFile file(path);
    for (const auto& range : ranges)
        file.write(range);
    file.commit();
}

void writeFileAtomically(const std::string& path, const std::string& text)
{
    writeFileAtomically(path, std::vector<ByteRange>{{text.data(), text.size()}});
}

bool isStream(const std::string& path)
{
    if (ownDescriptor(path) >= 0)
        return true;
    struct stat present
    {
    };
    return ::stat(path.c_str(), &present) == 0 && !S_ISREG(present.st_mode) && !S_ISDIR(present.st_mode);
}

}  // namespace diffuscope::base
