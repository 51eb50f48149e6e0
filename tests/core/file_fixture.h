// SPDX-License-Identifier: GPL-3.0-or-later
// A temporary folder for tests that write files, and the sentence of what was refused.
#pragma once

#include "core/base/error.h"

#include <QTemporaryDir>

#include <fstream>
#include <optional>
#include <string>

namespace diffuscope::test {

class FileFixture
{
public:
    std::string path(const std::string& name) const { return m_folder.path().toStdString() + "/" + name; }
    std::string folder() const { return m_folder.path().toStdString(); }

    std::string write(const std::string& name, const std::string& bytes) const
    {
        std::ofstream(path(name), std::ios::binary) << bytes;
        return path(name);
    }

    std::string read(const std::string& name) const
    {
        std::ifstream file(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

private:
    QTemporaryDir m_folder;
};

/// What the refused call said, message and hint; empty where it was not refused.
template <typename Call>
QString refusalOf(Call&& call)
{
    try {
        call();
    } catch (const Error& error) {
        return QString::fromStdString(std::string(error.what()) + " " + error.hint());
    }
    return {};
}

}  // namespace diffuscope::test
