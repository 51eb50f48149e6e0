// SPDX-License-Identifier: GPL-3.0-or-later
// Reads images with what is said of them: sheets of tiles with JSON lines, or pictures with captions beside
// them. The files are untrusted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace diffuscope::train {

/// What is said of an image: attribute and value ("skin": "dark"). A text of one's own is "caption".
using Facts = std::map<std::string, std::string>;

struct CaptionedImages
{
    int64_t count = 0;
    int height = 0;
    int width = 0;
    std::vector<uint8_t> pixels;  ///< [count, 3, height, width], 0 … 255, transparency composited on white
    std::vector<Facts> facts;     ///< [count]
    /// What was left out and why, a sentence each, for the person who trains.
    std::vector<std::string> notes{};

    int64_t valuesPerImage() const { return int64_t{3} * height * width; }
};

/// Whether readCaptionedFolder() is to read the folder: it holds no IDX data set.
bool isCaptionedFolder(const std::string& folder);

/// Reads NAME.jsonl[.gz] with the tiles of NAME.png, or of NAME_00.png, NAME_01.png, …, for every such NAME
/// in the folder. A line has a tile's number "idx" (row-major over the sheets; without it, the line's own)
/// and its attributes: a text, true (the value "yes"; false leaves it out), a number, or a list of these.
/// Tiles are the largest squares of which the sheets have enough. Lines with a "file_name" say it of a
/// picture of the folder each. Where there are no such lines: every picture that has a NAME.txt, all of one
/// size. Pictures are PNG or JPEG, captions UTF-8. Throws Error that names the file and the line.
CaptionedImages readCaptionedFolder(const std::string& folder);

}  // namespace diffuscope::train
