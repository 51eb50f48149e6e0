// SPDX-License-Identifier: GPL-3.0-or-later
// Where the program's own data lie: models, lessons.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace diffuscope::base {

/// The folders that exist, first to last: `chosen`, those of the environment variable (parted by ':'),
/// `inSource` of the source tree where the program runs from a build tree (bin/../../../…), and
/// share/diffuscope/NAME of the prefix it is installed in.
std::vector<std::filesystem::path> dataFolders(const std::filesystem::path& chosen, const char* variable,
                                               const std::filesystem::path& inSource,
                                               const std::string& name);

}  // namespace diffuscope::base
