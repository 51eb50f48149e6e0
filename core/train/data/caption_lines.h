// SPDX-License-Identifier: GPL-3.0-or-later
// The lines of a JSON lines file: what is said of each picture of a data set. The files are untrusted.
#pragma once

#include "core/train/data/captioned_images.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace diffuscope::train {

struct CaptionLine
{
    int64_t tile = 0;  ///< "idx", or the line's own number
    std::string file;  ///< "file_name" of a picture, or empty where the picture is a tile
    Facts facts;
};

/// Strips ".jsonl" or ".jsonl.gz"; empty where the path has neither.
std::string linesStem(const std::filesystem::path& path);

/// "text" and "prompt" are other names of "caption". Throws Error that names the file and the line.
std::vector<CaptionLine> readCaptionLines(const std::string& path);

}  // namespace diffuscope::train
