// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/data_folder.h"

#include "core/base/error.h"
#include "core/base/unicode.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <string_view>

namespace diffuscope::train {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largestCaption = std::size_t(1) << 20;

bool isCompanion(const std::string& name)
{
    constexpr std::array<std::string_view, 3> companions = {"Thumbs.db", "desktop.ini", "__MACOSX"};
    return name.starts_with('.') || std::find(companions.begin(), companions.end(), name) != companions.end();
}

}  // namespace

std::vector<fs::path> filesOfData(const std::string& folder)
{
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (!isCompanion(entry.path().filename().string()))
            files.push_back(entry.path());
    if (error) {
        throw Error(ErrorCode::missingFile, "The folder " + folder + " cannot be read.",
                    "Give the folder of a data set with --data.");
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string firstNames(const std::vector<std::string>& names)
{
    constexpr std::size_t most = 3;
    std::string text;
    for (std::size_t index = 0; index < std::min(most, names.size()); ++index)
        text += (index == 0 ? "" : ", ") + names[index];
    return names.size() <= most ? text : text + " and " + std::to_string(names.size() - most) + " more";
}

std::string endingOf(const fs::path& path)
{
    std::string ending = path.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return ending;
}

std::string readCaption(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw Error(ErrorCode::missingFile, "Cannot open " + path.string() + ".",
                    "Check that the file may be read.");
    }
    std::string text(largestCaption + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > largestCaption) {
        throw Error(ErrorCode::invalidFile, path.string() + " is larger than 1 MiB, which no caption is.",
                    "Put a sentence there, or move the file away.");
    }
    requireUtf8(text, path.string());
    return base::plainLine(text);
}

void requireUtf8(const std::string& text, const std::string& where)
{
    if (base::isUtf8(text))
        return;
    throw Error(ErrorCode::invalidFile,
                where + " is not UTF-8 but seems to be " + base::encodingGuess(text) + ".",
                "Convert it, e.g. with: iconv -f WINDOWS-1252 -t UTF-8.");
}

}  // namespace diffuscope::train
