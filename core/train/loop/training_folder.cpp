// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loop/training_folder.h"

#include "core/base/error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace diffuscope::train {
namespace {

namespace fs = std::filesystem;

/// The file that the lock is on may have been taken away meanwhile by the training that held it.
bool isStillThere(int descriptor, const std::string& path)
{
    struct stat locked
    {
    };
    struct stat present
    {
    };
    return ::fstat(descriptor, &locked) == 0 && ::stat(path.c_str(), &present) == 0 &&
           locked.st_ino == present.st_ino && locked.st_dev == present.st_dev;
}

}  // namespace

TrainingFolder::TrainingFolder(std::string path, FolderUse use)
    : m_path(std::move(path)), m_lockPath((fs::path(m_path) / "training.lock").string())
{
    const bool hasTraining = fs::exists(fs::path(m_path) / "checkpoint.safetensors");
    if (use == FolderUse::begin && hasTraining) {
        throw Error(ErrorCode::invalidOption, "The folder " + m_path + " holds a training already.",
                    "Continue it with --resume, replace it with --force, or give another folder with --out.");
    }
    if (use == FolderUse::resume && !hasTraining) {
        throw Error(
            ErrorCode::missingFile,
            "The folder " + m_path + " holds no training to continue: it has no checkpoint.safetensors.",
            "Give its folder with --out, or train without --resume.");
    }
    std::error_code problem;
    fs::create_directories(m_path, problem);
    if (problem)
        refuseWriting(problem.value());
    lock();
}

void TrainingFolder::lock()
{
    do {
        if (m_lock >= 0)
            ::close(m_lock);
        m_lock = ::open(m_lockPath.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        if (m_lock < 0)
            refuseWriting(errno);
        if (::flock(m_lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            ::close(m_lock);
            throw Error(ErrorCode::writeFailed, "Another program is training into the folder " + m_path + ".",
                        "Wait for it, or give another folder with --out.");
        }
    } while (!isStillThere(m_lock, m_lockPath));
    const char probe = '\n';
    if (::write(m_lock, &probe, 1) != 1 || ::fsync(m_lock) != 0) {
        const int problem = errno;
        ::unlink(m_lockPath.c_str());
        ::close(m_lock);
        refuseWriting(problem);
    }
}

TrainingFolder::~TrainingFolder()
{
    ::unlink(m_lockPath.c_str());
    ::close(m_lock);
}

void TrainingFolder::refuseWriting(int problem) const
{
    throw Error(ErrorCode::writeFailed,
                "Cannot write into the folder " + m_path + ": " + std::strerror(problem) + ".",
                "Give a folder with --out that may be written to and has room.");
}

}  // namespace diffuscope::train
