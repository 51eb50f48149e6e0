// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/picture_reader.h"

#include "core/base/error.h"
#include "core/base/file_kind.h"
#include "core/base/picture_formats.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace diffuscope::base {
namespace {

struct CloseFile
{
    void operator()(std::FILE* file) const { std::fclose(file); }
};

/// What else the first bytes say that the file is; empty where they say nothing.
std::string otherKindOfPicture(std::string_view start)
{
    if (start.empty())
        return "it is empty";
    if (const FileKind kind = fileKindOf(start); kind.isKnown())
        return kind.what;
    if (start.starts_with("GIF8"))
        return "it is a GIF";
    if (start.starts_with("BM"))
        return "it is a BMP";
    if (start.starts_with("RIFF") && start.substr(std::min<std::size_t>(8, start.size())).starts_with("WEBP"))
        return "it is a WebP";
    if (start.starts_with("II*") || start.starts_with("MM"))
        return "it is a TIFF";
    return "it begins as neither";
}

}  // namespace

bool isPictureName(const std::string& name)
{
    std::string ending = std::filesystem::path(name).extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

Picture readPicture(const std::string& path)
{
    std::error_code ignored;
    const std::unique_ptr<std::FILE, CloseFile> file(
        std::filesystem::is_regular_file(path, ignored) ? std::fopen(path.c_str(), "rb") : nullptr);
    if (!file) {
        throw Error(ErrorCode::missingFile, "Cannot open " + path + ".",
                    "Check that the file exists and may be read.");
    }
    std::array<char, 24> bytes{};
    const std::string_view start(bytes.data(), std::fread(bytes.data(), 1, bytes.size(), file.get()));
    std::rewind(file.get());
    const bool isPng = start.starts_with("\x89PNG"), isJpeg = start.starts_with("\xff\xd8\xff");
    try {
        if (isPng)
            return readPngPixels(file.get());
        if (isJpeg)
            return readJpegPixels(file.get());
    } catch (const std::runtime_error& error) {
        throw Error(ErrorCode::invalidFile,
                    path + " is not a usable " + (isPng ? "PNG: " : "JPEG: ") + error.what() + ".",
                    "Restore the original file.");
    }
    throw Error(ErrorCode::invalidFile,
                path + " is not a usable PNG or JPEG: " + otherKindOfPicture(start) + ".",
                "Convert it to PNG or JPEG.");
}

}  // namespace diffuscope::base
