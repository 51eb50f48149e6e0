#include "core/base/atomic_file.h"

#include "core/base/error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace diffuscope::base {

AtomicFile::AtomicFile(const std::string& path) : m_target(path), m_path(path)
{
    struct stat present
    {
    };
    if (::stat(path.c_str(), &present) != 0 || S_ISREG(present.st_mode))
        m_path += ".part-" + std::to_string(::getpid());
    m_descriptor = ::open(m_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    require(m_descriptor >= 0);
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
        throw Error(ErrorCode::writeFailed, "Cannot write " + m_target + ": " + std::strerror(errno) + ".",
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

}  // namespace diffuscope::base
