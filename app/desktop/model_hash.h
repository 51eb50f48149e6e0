// SPDX-License-Identifier: GPL-3.0-or-later
// Tells whether a model is still the one that a session was computed with.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace diffuscope {

/// A function from a model's id or folder to the SHA-256 of its card and weights in hex, empty where there is
/// no such model. Files are read again only when they have changed; one thread calls it.
std::function<std::string(const std::string& model)> modelHasher(std::vector<std::filesystem::path> folders);

}  // namespace diffuscope
