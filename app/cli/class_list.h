// SPDX-License-Identifier: GPL-3.0-or-later
// The classes of a batch as they are written on a command line.
#pragma once

#include <string>
#include <vector>

namespace diffuscope::cli {

/// "7", "0-9", "1,3,5", mixtures of these, or "none" (an empty list), each below `classes`. Throws
/// Error(invalidOption).
std::vector<int> parseClassList(const std::string& text, int classes);

}  // namespace diffuscope::cli
