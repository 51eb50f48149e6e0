// SPDX-License-Identifier: GPL-3.0-or-later
// Names the LibTorch that the program was built with, for `--version`, model cards and saved runs.
#pragma once

#include <string>

namespace diffuscope::inference {

/// The version of LibTorch, e.g. "1.13.0".
std::string torchVersion();

}  // namespace diffuscope::inference
