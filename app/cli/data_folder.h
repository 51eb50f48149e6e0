// Where the data sets lie that models were trained on.
#pragma once

#include <string>

namespace diffuscope::cli {

/// shared/data/NAME in the working directory, in the folders above the program, or beside one of these.
/// Throws Error where it is not there.
std::string findDataFolder(const std::string& name);

}  // namespace diffuscope::cli
