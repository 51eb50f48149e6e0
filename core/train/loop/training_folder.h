// SPDX-License-Identifier: GPL-3.0-or-later
// The folder that a training writes to: checked before the first step and kept from a second training.
#pragma once

#include <string>

namespace diffuscope::train {

enum class FolderUse {
    begin,    ///< only where no training is in it
    replace,  ///< a training in it is replaced
    resume,   ///< it is continued
};

/// Holds the folder as long as it lives.
class TrainingFolder
{
public:
    /// Makes the folder where it is missing. Throws Error(writeFailed) where it cannot be written to or
    /// another program trains into it, Error(invalidOption) where a training is in it that is not to be
    /// replaced.
    TrainingFolder(std::string path, FolderUse use);
    ~TrainingFolder();
    TrainingFolder(const TrainingFolder&) = delete;
    TrainingFolder& operator=(const TrainingFolder&) = delete;

private:
    [[noreturn]] void refuseWriting(int problem) const;
    void lock();

    std::string m_path;
    std::string m_lockPath;
    int m_lock = -1;
};

}  // namespace diffuscope::train
