// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/data_folders.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace diffuscope::base {

namespace fs = std::filesystem;

namespace {

fs::path executableFolder()
{
    std::error_code error;
    const fs::path executable = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::current_path(error) : executable.parent_path();
}

void appendIfFolder(std::vector<fs::path>& folders, const fs::path& folder)
{
    std::error_code error;
    const fs::path canonical = fs::weakly_canonical(folder, error);
    const fs::path& path = error ? folder : canonical;
    if (fs::is_directory(path, error) && std::find(folders.begin(), folders.end(), path) == folders.end())
        folders.push_back(path);
}

}  // namespace

std::vector<fs::path> dataFolders(const fs::path& chosen, const char* variable, const fs::path& inSource,
                                  const std::string& name)
{
    std::vector<fs::path> folders;
    if (!chosen.empty())
        appendIfFolder(folders, chosen);
    if (const char* list = std::getenv(variable)) {
        std::string_view rest = list;
        while (!rest.empty()) {
            const auto colon = rest.find(':');
            if (const auto folder = rest.substr(0, colon); !folder.empty())
                appendIfFolder(folders, fs::path(folder));
            rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
        }
    }
    const fs::path bin = executableFolder();
    appendIfFolder(folders, bin / ".." / ".." / ".." / inSource);
    appendIfFolder(folders, bin / ".." / "share" / "diffuscope" / name);
    return folders;
}

}  // namespace diffuscope::base
