// SPDX-License-Identifier: GPL-3.0-or-later
// The files of a folder of training data, and a word on those that are left out.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace diffuscope::train {

/// The folder's files and folders in alphabetical order, without what systems put beside them (._*,
/// .DS_Store, Thumbs.db, desktop.ini, other hidden files). Throws Error where it cannot be read.
std::vector<std::filesystem::path> filesOfData(const std::string& folder);

/// "img1.png, img2.png, img3.png and 21 more"
std::string firstNames(const std::vector<std::string>& names);

/// The ending in small letters, with its dot: ".png"; empty where the name has none.
std::string endingOf(const std::filesystem::path& path);

/// The text of a caption file as one line (see base::plainLine). Throws Error that names the file and what
/// its encoding seems to be where it is not UTF-8, and where it is larger than 1 MiB.
std::string readCaption(const std::filesystem::path& path);

/// Throws Error that names the place and the encoding where the text is not UTF-8.
void requireUtf8(const std::string& text, const std::string& where);

}  // namespace diffuscope::train
