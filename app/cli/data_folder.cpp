#include "app/cli/data_folder.h"

#include "core/registry/error.h"

#include <filesystem>
#include <vector>

namespace diffuscope::cli {
namespace {

namespace fs = std::filesystem;

// The working directory, then the program's folder and those above it.
std::vector<fs::path> searchRoots()
{
    std::error_code ignored;
    std::vector<fs::path> roots = {fs::current_path(ignored)};
    for (fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
         folder.has_relative_path(); folder = folder.parent_path()) {
        roots.push_back(folder);
    }
    return roots;
}

}  // namespace

std::string findDataFolder(const std::string& name)
{
    std::error_code ignored;
    for (const auto& root : searchRoots()) {
        for (const auto& shared : {root / "shared", root.parent_path() / "shared"}) {
            if (fs::is_directory(shared / "data" / name, ignored)) {
                return (shared / "data" / name).string();
            }
        }
    }
    throw Error(ErrorCode::missingFile, "There is no data set " + name + " in ../shared/data.",
                "Give the folder of the IDX files with --data.");
}

}  // namespace diffuscope::cli
